package dev.kindling.model.backend.cuda;

import static dev.kindling.model.backend.cuda.CudnnStatus.check;

import dev.kindling.model.backend.AttentionGradients;
import dev.kindling.model.backend.AttentionInputs;
import dev.kindling.model.backend.Heads;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Scratch;
import dev.kindling.model.tensor.Tensor;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.FloatPointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Attention in BF16 by cuDNN, whose kernels for Hopper use what ours do not. It takes what it can
 * compute with equal bits for equal calls; all else is for our own kernels, with which it shares
 * the statistics.
 */
final class CudnnAttention implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CudnnAttention.class);

  /** The variable that turns cuDNN off. */
  private static final String SWITCH = "KINDLING_CUDNN";

  /** 9.11: some attention was computed wrongly before. */
  private static final long OLDEST_VERSION = 91_100;

  /** Hopper: on other GPUs, this pattern's backward kernels are not known to be deterministic. */
  private static final int BACKWARD_MAJOR = 9;

  /** Below it, our own kernels are as fast, and lengths are many. */
  private static final long SHORTEST = 64;

  /**
   * Backward kernels work on tiles of up to that many queries and keys. In a last tile that is not
   * full, releases up to 9.26 overflow to NaN where all scores of a row are far below zero.
   */
  private static final long BACKWARD_TILE = 128;

  private static final long LARGEST_HEAD = 128;
  private static final long MOST_BLOCKS = 65_535;
  private static final long VECTOR_ELEMENTS = CudnnGraph.ALIGNMENT / DType.BF16.bytes();
  private static final long SCRATCH_ALIGNMENT = 256;

  /** A plan may take a second to make; lengths that never come again are not worth it. */
  private static final int MOST_PLANS = 64;

  private final CudaEngine engine;
  private final cudnnContext handle;
  private final Scratch scratch;
  private final Map<CudnnProblem, CudnnPlan> plans = new HashMap<>();
  private final Map<CudnnProblem, String> refused = new HashMap<>();
  private final FloatPointer scale = new FloatPointer(1);
  private final FloatPointer one = new FloatPointer(new float[] {1});
  private final FloatPointer minusInfinity =
      new FloatPointer(new float[] {Float.NEGATIVE_INFINITY});

  private CudnnAttention(CudaEngine engine, cudnnContext handle) {
    this.engine = engine;
    this.handle = handle;
    this.scratch = new Scratch(engine.memory());
  }

  /**
   * Opens cuDNN; empty where it is not there, is too old, or the GPU has no BF16, or where {@value
   * SWITCH} is {@code off}, to find out what it does to a run.
   */
  static Optional<CudnnAttention> open(CudaEngine engine) {
    if ("off".equals(System.getenv(SWITCH))) {
      LOG.info("{} attends without cuDNN, because {} is off", engine.device(), SWITCH);
      return Optional.empty();
    }
    if (!engine.device().hasBf16() || !CudaLibraries.load().hasCudnn()) {
      LOG.debug("{} attends without cuDNN: it is not there, or BF16 is not", engine.device());
      return Optional.empty();
    }
    long version = cudnn.cudnnGetVersion();
    if (version < OLDEST_VERSION) {
      LOG.debug("cuDNN {} is too old for attention: {} is the oldest", version, OLDEST_VERSION);
      return Optional.empty();
    }
    engine.device().makeCurrent();
    cudnnContext handle = new cudnnContext();
    try {
      check(cudnn.cudnnCreate(handle), "start");
      check(cudnn.cudnnSetStream(handle, engine.stream()), "take a stream");
    } catch (IllegalStateException e) {
      LOG.debug("{} attends without cuDNN: {}", engine.device(), e.getMessage());
      return Optional.empty();
    }
    return Optional.of(new CudnnAttention(engine, handle));
  }

  /**
   * The backend's {@code attentionForward}.
   *
   * @param output [B × Tq, H · D]
   * @param statistics F32 [B, H, Tq]: the natural logarithm of each row's sum of exponentials; null
   *     for none
   * @return false if this is nothing for cuDNN, and nothing was started
   */
  boolean forward(AttentionInputs inputs, Tensor output, Tensor statistics) {
    if (!isForwardSupported(inputs) || !CudaEngine.isAligned(output, statistics)) {
      return false;
    }
    CudnnProblem problem = CudnnAttentionForward.of(inputs, statistics != null);
    CudnnPlan plan = planOf(problem);
    if (plan == null) {
      return false;
    }
    LongStream.Builder addresses = addresses(inputs).add(CudaEngine.address(output));
    if (statistics != null) {
      addresses.add(CudaEngine.address(statistics));
    }
    addresses.add(scale.address());
    if (inputs.causal()) {
      addresses.add(minusInfinity.address());
    }
    return start(problem, plan, inputs, addresses, scratch(plan.workspaceBytes()));
  }

  /**
   * The backend's {@code attentionBackward}.
   *
   * @param outputGradient [B × Tq, H · D]
   * @param output as forward has written it
   * @param statistics as forward has written them, by whichever kernels; null for none
   * @return false if this is nothing for cuDNN, and nothing was started
   */
  boolean backward(
      Tensor outputGradient,
      AttentionInputs inputs,
      Tensor output,
      Tensor statistics,
      AttentionGradients gradients) {
    if (statistics == null
        || !isBackwardSupported(inputs)
        || !areReadable(gradients.query(), gradients.key(), gradients.value())
        || !CudaEngine.isAligned(outputGradient, output, statistics)) {
      return false;
    }
    CudnnProblem problem = CudnnAttentionBackward.of(inputs, gradients);
    CudnnPlan plan = planOf(problem);
    if (plan == null) {
      return false;
    }
    Heads query = inputs.query();
    long rowSumsBytes =
        aligned(query.batch() * query.numHeads() * query.length() * DType.F32.bytes());
    long rowSums = scratch(rowSumsBytes + plan.workspaceBytes());
    LongStream.Builder addresses =
        addresses(inputs)
            .add(CudaEngine.address(output))
            .add(CudaEngine.address(outputGradient))
            .add(CudaEngine.address(statistics))
            .add(rowSums)
            .add(CudaEngine.address(gradients.query()))
            .add(CudaEngine.address(gradients.key()))
            .add(CudaEngine.address(gradients.value()))
            .add(scale.address())
            .add(one.address());
    if (inputs.causal()) {
      addresses.add(minusInfinity.address());
    }
    return start(problem, plan, inputs, addresses, rowSums + rowSumsBytes);
  }

  /** What cuDNN was asked for and does not compute, each with the reason. */
  Map<CudnnProblem, String> refused() {
    return Collections.unmodifiableMap(refused);
  }

  private static boolean isForwardSupported(AttentionInputs inputs) {
    Heads query = inputs.query();
    return inputs.bias() == null
        && inputs.dropout() == null
        && inputs.keyLengths() == null
        && query.headSize() <= LARGEST_HEAD
        && query.headSize() % VECTOR_ELEMENTS == 0
        && query.length() >= SHORTEST
        && inputs.key().length() >= SHORTEST
        && query.batch() <= MOST_BLOCKS
        && query.numHeads() <= MOST_BLOCKS
        && areReadable(query, inputs.key(), inputs.value());
  }

  private boolean isBackwardSupported(AttentionInputs inputs) {
    long numQueries = inputs.query().length();
    long numKeys = inputs.key().length();
    long numRows = inputs.query().batch() * inputs.query().numHeads() * numQueries;
    return engine.capability().major() == BACKWARD_MAJOR
        && numQueries % BACKWARD_TILE == 0
        && numKeys % BACKWARD_TILE == 0
        && numRows <= Integer.MAX_VALUE / numKeys
        && isForwardSupported(inputs);
  }

  /** Whether cuDNN's kernels can copy rows of these by 16 bytes, and count their elements. */
  private static boolean areReadable(Heads... all) {
    return Stream.of(all)
        .allMatch(
            heads ->
                heads.tensor().dtype() == DType.BF16
                    && CudaEngine.address(heads) % CudnnGraph.ALIGNMENT == 0
                    && heads.rowStride() % VECTOR_ELEMENTS == 0
                    && heads.batchStride() % VECTOR_ELEMENTS == 0
                    && heads.batch() * heads.batchStride() <= Integer.MAX_VALUE
                    && heads.length() * heads.rowStride() <= Integer.MAX_VALUE);
  }

  private CudnnPlan planOf(CudnnProblem problem) {
    if (refused.containsKey(problem)) {
      return null;
    }
    CudnnPlan plan = plans.get(problem);
    if (plan == null && plans.size() + refused.size() < MOST_PLANS) {
      plan = make(problem);
      if (plans.size() + refused.size() == MOST_PLANS) {
        LOG.info(
            "cuDNN has seen {} shapes of attention: our own kernels compute any others",
            MOST_PLANS);
      }
    }
    return plan;
  }

  private CudnnPlan make(CudnnProblem problem) {
    engine.device().makeCurrent();
    CudnnPlan plan;
    try {
      plan = new CudnnPlan(handle, problem);
    } catch (IllegalStateException e) {
      refuse(problem, e.getMessage());
      return null;
    }
    long free = engine.device().memory()[0];
    if (plan.workspaceBytes() > free / 2) {
      plan.close();
      refuse(problem, "it asks for " + plan.workspaceBytes() + " bytes, and " + free + " are free");
      return null;
    }
    LOG.debug("cuDNN computes {} with {} bytes of scratch", problem, plan.workspaceBytes());
    plans.put(problem, plan);
    return plan;
  }

  private void refuse(CudnnProblem problem, String reason) {
    refused.put(problem, reason);
    LOG.info(
        "cuDNN {} does not compute {}, so our own kernels do: {}",
        cudnn.cudnnGetVersion(),
        problem,
        reason);
  }

  private boolean start(
      CudnnProblem problem,
      CudnnPlan plan,
      AttentionInputs inputs,
      LongStream.Builder addresses,
      long workspace) {
    long[] arguments = addresses.build().toArray();
    GraphRecorder recorder = engine.recorder();
    recorder.add(plan.number());
    recorder.add(Double.doubleToRawLongBits(inputs.scale()));
    recorder.add(workspace);
    for (long argument : arguments) {
      recorder.add(argument);
    }
    if (recorder.isListening()) {
      return true;
    }
    engine.device().makeCurrent();
    scale.put((float) inputs.scale());
    try {
      plan.run(arguments, workspace);
    } catch (IllegalStateException e) {
      refuse(problem, e.getMessage());
      return false;
    }
    return true;
  }

  private long scratch(long numBytes) {
    return scratch.tensor(DType.F32, Math.max(1, aligned(numBytes) / DType.F32.bytes())).address();
  }

  private static long aligned(long numBytes) {
    return (numBytes + SCRATCH_ALIGNMENT - 1) / SCRATCH_ALIGNMENT * SCRATCH_ALIGNMENT;
  }

  private static LongStream.Builder addresses(AttentionInputs inputs) {
    return LongStream.builder()
        .add(CudaEngine.address(inputs.query()))
        .add(CudaEngine.address(inputs.key()))
        .add(CudaEngine.address(inputs.value()));
  }

  @Override
  public void close() {
    engine.device().makeCurrent();
    // Kernels that still run would lose their code.
    CudaStatus.check(cudart.cuStreamSynchronize(engine.stream()), "finish cuDNN's kernels");
    plans.values().forEach(CudnnPlan::close);
    plans.clear();
    check(cudnn.cudnnDestroy(handle), "stop");
    scratch.close();
    scale.close();
    one.close();
    minusInfinity.close();
  }
}

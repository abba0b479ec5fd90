package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.AttentionGradients;
import dev.kindling.model.backend.AttentionInputs;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Scratch;
import dev.kindling.model.tensor.Tensor;
import java.util.Optional;
import java.util.Set;

/**
 * Attention by the kernels that suit its inputs: cuDNN's where it is there and takes them; ours on
 * tensor cores where BF16 heads of common sizes are aligned, split over the keys where there is one
 * query, and of any type and shape else. No kernel stores scores, and every sum has one order.
 */
final class CudaAttention implements AutoCloseable {
  private static final Set<Integer> TENSOR_CORE_HEAD_SIZES = Set.of(32, 64, 128);

  private final CudaEngine engine;
  private final Scratch deltaMemory;

  /** Opened by the first attention that it may take: its libraries are the largest of all. */
  private Optional<CudnnAttention> cudnn;

  CudaAttention(CudaEngine engine) {
    this.engine = engine;
    this.deltaMemory = new Scratch(engine.memory());
  }

  /**
   * Attends.
   *
   * @param statistics F32 [B, H, Tq], written: the logarithm of the sum of the exponentials of each
   *     query's scores; null where nobody asks for them
   */
  void forward(AttentionInputs inputs, Tensor output, Tensor statistics) {
    if (cudnn(inputs).map(it -> it.forward(inputs, output, statistics)).orElse(false)) {
      return;
    }
    AttentionKernels kernels = new AttentionKernels(engine, inputs);
    if (kernels.numQueries() == 1) {
      decode(kernels, output, statistics);
    } else if (suitTensorCores(kernels, output)) {
      TensorCoreAttention.forward(kernels, output, statistics);
    } else {
      GeneralAttention.forward(kernels, output, statistics);
    }
  }

  /** Empty where there is none, and in F32, which it does not compute in. */
  private Optional<CudnnAttention> cudnn(AttentionInputs inputs) {
    if (inputs.query().tensor().dtype() != DType.BF16) {
      return Optional.empty();
    }
    if (cudnn == null) {
      cudnn = CudnnAttention.open(engine);
    }
    return cudnn;
  }

  private static boolean suitTensorCores(AttentionKernels kernels, Tensor... outputs) {
    return kernels.dtype() == DType.BF16
        && TENSOR_CORE_HEAD_SIZES.contains(kernels.headSize())
        && kernels.inputs().scale() > 0
        && kernels.hasAlignedInputs()
        && CudaEngine.isAligned(outputs);
  }

  private static void decode(AttentionKernels kernels, Tensor output, Tensor statistics) {
    boolean aligned = kernels.hasAlignedInputs();
    String name =
        aligned
            ? "attention_decode_aligned_" + GeneralAttention.roundedHeadSize(kernels)
            : "attention_decode";
    kernels
        .kernel("attention_decode", name)
        .grid(kernels.queryBlocks(1))
        .block(GeneralAttention.THREADS)
        .arg(output)
        .arg(statistics)
        .start();
  }

  /** The gradients of {@link #forward}. */
  void backward(
      Tensor outputGradient,
      AttentionInputs inputs,
      Tensor output,
      Tensor statistics,
      AttentionGradients gradients) {
    if (cudnn(inputs)
        .map(it -> it.backward(outputGradient, inputs, output, statistics, gradients))
        .orElse(false)) {
      return;
    }
    AttentionKernels kernels = new AttentionKernels(engine, inputs);
    Tensor deltas = deltaMemory.tensor(DType.F32, kernels.numRows());
    boolean onTensorCores =
        suitTensorCores(kernels, output, outputGradient)
            && AttentionKernels.isAligned(gradients.query(), gradients.key(), gradients.value());
    if (onTensorCores) {
      TensorCoreAttention.backward(kernels, outputGradient, output, statistics, deltas, gradients);
    } else {
      GeneralAttention.backward(kernels, outputGradient, output, statistics, deltas, gradients);
    }
  }

  @Override
  public void close() {
    if (cudnn != null) {
      cudnn.ifPresent(CudnnAttention::close);
    }
    deltaMemory.close();
  }
}

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
  private final Optional<CudnnAttention> cudnn;
  private final Scratch deltaMemory;

  /**
   * Attention on a GPU.
   *
   * @param cudnn is asked first; closes with this
   */
  CudaAttention(CudaEngine engine, Optional<CudnnAttention> cudnn) {
    this.engine = engine;
    this.cudnn = cudnn;
    this.deltaMemory = new Scratch(engine.memory());
  }

  /**
   * Attends.
   *
   * @param statistics F32 [B, H, Tq], written: the logarithm of the sum of the exponentials of each
   *     query's scores; null where nobody asks for them
   */
  void forward(AttentionInputs inputs, Tensor output, Tensor statistics) {
    if (cudnn.isPresent() && cudnn.get().forward(inputs, output, statistics)) {
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
    if (cudnn.isPresent()
        && cudnn.get().backward(outputGradient, inputs, output, statistics, gradients)) {
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
    cudnn.ifPresent(CudnnAttention::close);
    deltaMemory.close();
  }
}

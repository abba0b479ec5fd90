package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.AttentionGradients;
import dev.kindling.model.tensor.Tensor;

/**
 * Attention on tensor cores: BF16, one source for each head size, everything aligned. Every kernel
 * has a second version for a bias or dropout.
 */
final class TensorCoreAttention {
  /** Of a block, as in {@code attention_mma.cuh}. */
  private static final int THREADS = 128;

  private static final int FORWARD_ROWS = 128;
  private static final int OTHER_ROWS = 64;
  private static final int STAGES = 2;

  private TensorCoreAttention() {}

  static void forward(AttentionKernels kernels, Tensor output, Tensor statistics) {
    int rows = FORWARD_ROWS + STAGES * 2 * OTHER_ROWS;
    kernels
        .kernel(
            "attention_mma_forward_" + kernels.headSize(),
            withOptions(kernels, "attention_mma_forward"))
        .grid(kernels.queryBlocks(FORWARD_ROWS))
        .block(THREADS)
        .shared(bytes(kernels, rows))
        .arg(output)
        .arg(statistics)
        .start();
  }

  /**
   * The gradients.
   *
   * @param deltas F32 [B, H, Tq], overwritten
   */
  static void backward(
      AttentionKernels kernels,
      Tensor outputGradient,
      Tensor output,
      Tensor statistics,
      Tensor deltas,
      AttentionGradients gradients) {
    int ownRows = kernels.headSize() <= 64 ? 128 : 64;
    int twoStages = 2 * ownRows + STAGES * 2 * OTHER_ROWS;
    Launch queryGradient =
        backward(kernels, withOptions(kernels, "attention_mma_query_gradient"))
            .grid(kernels.queryBlocks(ownRows))
            .shared(bytes(kernels, twoStages))
            .arg(outputGradient)
            .arg(statistics)
            .arg(output)
            .arg(deltas);
    AttentionKernels.heads(queryGradient, gradients.query()).start();
    Launch keyValueGradient =
        backward(kernels, withOptions(kernels, "attention_mma_key_value_gradient"))
            .grid(kernels.keyBlocks(ownRows))
            .shared(bytes(kernels, twoStages) + STAGES * 2 * OTHER_ROWS * Float.BYTES)
            .arg(outputGradient)
            .arg(statistics)
            .arg(deltas);
    AttentionKernels.heads(keyValueGradient, gradients.key());
    AttentionKernels.heads(keyValueGradient, gradients.value()).start();
    if (gradients.bias() != null) {
      backward(kernels, "attention_mma_bias_gradient")
          .grid(kernels.scoreBlocks(ownRows, OTHER_ROWS))
          .shared(bytes(kernels, 2 * ownRows + 2 * OTHER_ROWS))
          .arg(outputGradient)
          .arg(statistics)
          .arg(deltas)
          .arg(gradients.bias())
          .arg(kernels.numSequences())
          .start();
    }
  }

  private static Launch backward(AttentionKernels kernels, String name) {
    return kernels.kernel("attention_mma_backward_" + kernels.headSize(), name).block(THREADS);
  }

  private static String withOptions(AttentionKernels kernels, String name) {
    boolean plain = kernels.inputs().bias() == null && kernels.inputs().dropout() == null;
    return plain ? name : name + "_options";
  }

  /** Of rows of a head in shared memory. */
  private static int bytes(AttentionKernels kernels, int numRows) {
    return numRows * kernels.headSize() * Short.BYTES;
  }
}

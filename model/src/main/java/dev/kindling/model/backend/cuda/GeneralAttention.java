package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.AttentionGradients;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;

/** Attention of any type, any head size that there are kernels for, and any alignment. */
final class GeneralAttention {
  /** Of a block, as in {@code attention_tiles.cuh}. */
  static final int THREADS = 256;

  private static final int OWN_ROWS = 64;
  private static final int OTHER_ROWS = 32;
  private static final int SLICE_STRIDE = 68;
  private static final int WEIGHTS_STRIDE = 36;

  /** The size of {@code backward_tiles}. */
  private static final int BACKWARD_BYTES =
      Float.BYTES * (2 * (OWN_ROWS + OTHER_ROWS) * SLICE_STRIDE + OWN_ROWS * WEIGHTS_STRIDE);

  private GeneralAttention() {}

  static void forward(AttentionKernels kernels, Tensor output, Tensor statistics) {
    kernels
        .kernel("attention_forward", sized(kernels, "attention_forward"))
        .grid(kernels.queryBlocks(OWN_ROWS))
        .block(THREADS)
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
    if (kernels.dtype() == DType.F32) {
      deltas(kernels, outputGradient, output, deltas);
    } else {
      backward(kernels, "attention_query_gradient", "attention_exact_deltas")
          .grid(kernels.queryBlocks(OWN_ROWS))
          .arg(outputGradient)
          .arg(statistics)
          .arg(deltas)
          .start();
    }
    Launch queryGradient =
        backward(kernels, "attention_query_gradient", "attention_query_gradient")
            .grid(kernels.queryBlocks(OWN_ROWS))
            .arg(outputGradient)
            .arg(statistics)
            .arg(deltas);
    AttentionKernels.heads(queryGradient, gradients.query()).start();
    Launch keyValueGradient =
        backward(kernels, "attention_key_value_gradient", "attention_key_value_gradient")
            .grid(kernels.keyBlocks(OWN_ROWS))
            .arg(outputGradient)
            .arg(statistics)
            .arg(deltas);
    AttentionKernels.heads(keyValueGradient, gradients.key());
    AttentionKernels.heads(keyValueGradient, gradients.value()).start();
    if (gradients.bias() != null) {
      backward(kernels, "attention_bias_gradient", "attention_bias_gradient")
          .grid(kernels.scoreBlocks(OWN_ROWS, OTHER_ROWS))
          .arg(outputGradient)
          .arg(statistics)
          .arg(deltas)
          .arg(gradients.bias())
          .arg(kernels.numSequences())
          .start();
    }
  }

  /** What the output and its gradient come to; exact enough where the output is not rounded. */
  private static void deltas(
      AttentionKernels kernels, Tensor outputGradient, Tensor output, Tensor deltas) {
    int rowsPerBlock = THREADS / 32;
    kernels
        .engine()
        .kernel("attention_query_gradient", kernels.dtype(), "attention_deltas")
        .grid(Tiling.numTiles(kernels.numRows(), rowsPerBlock))
        .block(THREADS)
        .arg(output)
        .arg(outputGradient)
        .arg(deltas)
        .arg(kernels.numRows())
        .arg(kernels.numQueries())
        .arg(kernels.inputs().query().numHeads())
        .arg(kernels.headSize())
        .start();
  }

  private static Launch backward(AttentionKernels kernels, String source, String name) {
    return kernels.kernel(source, sized(kernels, name)).block(THREADS).shared(BACKWARD_BYTES);
  }

  private static String sized(AttentionKernels kernels, String name) {
    return name + "_" + roundedHeadSize(kernels);
  }

  /** The largest head size of the kernels to take. */
  static int roundedHeadSize(AttentionKernels kernels) {
    int size = kernels.headSize();
    return size <= 64 ? 64 : size <= 128 ? 128 : 256;
  }
}

package dev.kindling.model.backend.cuda;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;

/** How kernels cut up what they work on. */
final class Tiling {
  private Tiling() {}

  /** How many tiles of a size cover a length; the last may be shorter. */
  static long numTiles(long length, long tileSize) {
    return (length + tileSize - 1) / tileSize;
  }

  /** How many elements are read and written at once. */
  static int vectorSize(DType dtype) {
    return CudaEngine.VECTOR_BYTES / dtype.bytes();
  }

  /**
   * Whether all rows of tensors divide into vectors, where each has {@code numColumns} elements.
   */
  static boolean hasVectorRows(DType dtype, long numColumns, Tensor... tensors) {
    return numColumns % vectorSize(dtype) == 0 && CudaEngine.isAligned(tensors);
  }
}

package dev.kindling.model.backend;

import dev.kindling.model.tensor.Tensor;

/**
 * Attention heads inside a tensor: how queries, keys and values reach the attention kernels out of
 * fused projections and caches without a copy. Element (b, t, h, d) lies at {@code offset + b ·
 * batchStride + t · rowStride + h · headSize + d}.
 *
 * @param tensor where the elements lie
 * @param offset of the first element
 * @param batch B
 * @param length T
 * @param numHeads H
 * @param headSize D
 * @param batchStride elements from one sequence to the next
 * @param rowStride elements from one position to the next
 */
public record Heads(
    Tensor tensor,
    long offset,
    long batch,
    long length,
    int numHeads,
    long headSize,
    long batchStride,
    long rowStride) {
  /** Checks that every element lies inside the tensor. */
  public Heads {
    long last =
        offset + (batch - 1) * batchStride + (length - 1) * rowStride + numHeads * headSize - 1;
    if (offset < 0
        || batch < 1
        || length < 1
        || numHeads < 1
        || headSize < 1
        || last >= tensor.numElements()) {
      throw new IllegalArgumentException(
          "Heads [B "
              + batch
              + ", T "
              + length
              + ", H "
              + numHeads
              + ", D "
              + headSize
              + "] with strides "
              + batchStride
              + ", "
              + rowStride
              + " from element "
              + offset
              + " do not fit into "
              + tensor);
    }
  }

  /**
   * Heads in some columns of a projection's result.
   *
   * @param rows [B × T, width]
   * @param batch B
   * @param firstColumn of the first head
   */
  public static Heads of(Tensor rows, long batch, long firstColumn, int numHeads, long headSize) {
    long length = rows.dim(0) / batch;
    long width = rows.dim(1);
    return new Heads(rows, firstColumn, batch, length, numHeads, headSize, length * width, width);
  }

  /** The same places of another tensor of the same shape, such as its gradient. */
  public Heads in(Tensor other) {
    return new Heads(other, offset, batch, length, numHeads, headSize, batchStride, rowStride);
  }

  /** The first positions of every sequence. */
  public Heads first(long newLength) {
    return new Heads(tensor, offset, batch, newLength, numHeads, headSize, batchStride, rowStride);
  }

  /** One sequence, as a batch of its own. */
  public Heads only(long index) {
    return new Heads(
        tensor,
        offset + index * batchStride,
        1,
        length,
        numHeads,
        headSize,
        batchStride,
        rowStride);
  }

  /** All heads of one sequence as [T, H · D]. */
  public Matrix sequence(long index) {
    return new Matrix(
        tensor, offset + index * batchStride, length, numHeads * headSize, rowStride, 1);
  }

  /** One head of one sequence as [T, D]. */
  public Matrix head(long sequence, long head) {
    return sequence(sequence).columns(head * headSize, headSize);
  }
}

package dev.kindling.model.backend;

import dev.kindling.model.tensor.Tensor;

/**
 * A strided matrix inside a tensor: how transposes and parts of fused buffers reach {@link
 * Backend#matmul} without a copy.
 *
 * @param tensor where the elements lie
 * @param offset the element of row 0, column 0
 * @param numRows rows
 * @param numColumns columns
 * @param rowStride elements from one row to the next
 * @param columnStride elements from one column to the next
 */
public record Matrix(
    Tensor tensor, long offset, long numRows, long numColumns, long rowStride, long columnStride) {
  /** Checks that every element lies inside the tensor. */
  public Matrix {
    long last = offset + (numRows - 1) * rowStride + (numColumns - 1) * columnStride;
    if (offset < 0 || numRows < 1 || numColumns < 1 || last >= tensor.numElements()) {
      throw new IllegalArgumentException(
          "A matrix of "
              + numRows
              + "×"
              + numColumns
              + " with strides "
              + rowStride
              + ", "
              + columnStride
              + " from element "
              + offset
              + " does not fit into "
              + tensor);
    }
  }

  /** All of a tensor: the last dim is the columns, all others together are the rows. */
  public static Matrix of(Tensor tensor) {
    long numColumns = tensor.dim(tensor.numDims() - 1);
    return new Matrix(tensor, 0, tensor.numElements() / numColumns, numColumns, numColumns, 1);
  }

  /** Columns {@code first} to {@code first + count} of this matrix. */
  public Matrix columns(long first, long count) {
    return new Matrix(
        tensor, offset + first * columnStride, numRows, count, rowStride, columnStride);
  }

  /** Rows {@code first} to {@code first + count} of this matrix. */
  public Matrix rows(long first, long count) {
    return new Matrix(
        tensor, offset + first * rowStride, count, numColumns, rowStride, columnStride);
  }

  /** The same elements with rows and columns exchanged. */
  public Matrix transposed() {
    return new Matrix(tensor, offset, numColumns, numRows, columnStride, rowStride);
  }
}

package dev.kindling.model.backend.onednn;

import dev.kindling.model.backend.Matrix;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.Arrays;

/** Type, dims and strides of one argument of a primitive; equal layouts share primitives. */
final class Layout {
  private final DType dtype;
  private final long[] dims;
  private final long[] strides;

  private Layout(DType dtype, long[] dims, long[] strides) {
    this.dtype = dtype;
    this.dims = dims;
    this.strides = strides;
  }

  static Layout strided(DType dtype, long[] dims, long[] strides) {
    return new Layout(dtype, dims, strides);
  }

  static Layout of(Matrix matrix) {
    return strided(
        matrix.tensor().dtype(),
        new long[] {matrix.numRows(), matrix.numColumns()},
        new long[] {matrix.rowStride(), matrix.columnStride()});
  }

  /** All elements of a tensor in one row, for what goes element by element. */
  static Layout flat(Tensor tensor) {
    return contiguous(tensor.dtype(), 1, tensor.numElements());
  }

  /** A tensor as rows of its last dim. */
  static Layout rows(Tensor tensor) {
    long numColumns = tensor.dim(tensor.numDims() - 1);
    return contiguous(tensor.dtype(), tensor.numElements() / numColumns, numColumns);
  }

  /** Row-major. */
  static Layout contiguous(DType dtype, long... dims) {
    long[] strides = new long[dims.length];
    long stride = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= dims[i];
    }
    return new Layout(dtype, dims, strides);
  }

  DType dtype() {
    return dtype;
  }

  long[] dims() {
    return dims.clone();
  }

  long[] strides() {
    return strides.clone();
  }

  /** The last two dims exchanged. */
  Layout transposed() {
    return new Layout(dtype, exchanged(dims), exchanged(strides));
  }

  private static long[] exchanged(long[] values) {
    long[] result = values.clone();
    result[values.length - 1] = values[values.length - 2];
    result[values.length - 2] = values[values.length - 1];
    return result;
  }

  int numDims() {
    return dims.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Layout that
        && dtype == that.dtype
        && Arrays.equals(dims, that.dims)
        && Arrays.equals(strides, that.strides);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(dims) + Arrays.hashCode(strides)) + dtype.hashCode();
  }

  @Override
  public String toString() {
    return dtype + Arrays.toString(dims) + Arrays.toString(strides);
  }
}

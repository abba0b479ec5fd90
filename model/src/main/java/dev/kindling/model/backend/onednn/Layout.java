package dev.kindling.model.backend.onednn;

import java.util.Arrays;

/** Dims and strides of one F32 argument of a primitive; equal layouts share primitives. */
final class Layout {
  private final long[] dims;
  private final long[] strides;

  private Layout(long[] dims, long[] strides) {
    this.dims = dims;
    this.strides = strides;
  }

  static Layout strided(long[] dims, long[] strides) {
    return new Layout(dims, strides);
  }

  /** Row-major. */
  static Layout contiguous(long... dims) {
    long[] strides = new long[dims.length];
    long stride = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= dims[i];
    }
    return new Layout(dims, strides);
  }

  long[] dims() {
    return dims.clone();
  }

  long[] strides() {
    return strides.clone();
  }

  /** The last two dims exchanged. */
  Layout transposed() {
    return new Layout(exchanged(dims), exchanged(strides));
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
        && Arrays.equals(dims, that.dims)
        && Arrays.equals(strides, that.strides);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(dims) + Arrays.hashCode(strides);
  }

  @Override
  public String toString() {
    return Arrays.toString(dims) + Arrays.toString(strides);
  }
}

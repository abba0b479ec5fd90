package dev.kindling.model.io;

import java.util.List;

/**
 * A tensor that a file is to hold.
 *
 * @param name unique in the file
 * @param dtype the type of its elements
 * @param shape its dims; empty for a scalar
 */
public record TensorSpec(String name, SafetensorsDType dtype, List<Long> shape) {
  /**
   * Checks the dims.
   *
   * @throws IllegalArgumentException if a dim is negative or the size does not fit 64 bits
   */
  public TensorSpec {
    shape = List.copyOf(shape);
    numBytes(dtype, shape);
  }

  /** The bytes of its data. */
  public long numBytes() {
    return numBytes(dtype, shape);
  }

  /** The bytes of a tensor. */
  static long numBytes(SafetensorsDType dtype, List<Long> shape) {
    long bytes = dtype.bytes();
    for (long dim : shape) {
      if (dim < 0) {
        throw new IllegalArgumentException("shape " + shape + " has a negative dim");
      }
      try {
        bytes = Math.multiplyExact(bytes, dim);
      } catch (ArithmeticException e) {
        throw new IllegalArgumentException(
            "shape " + shape + " of " + dtype + " does not fit 64 bits", e);
      }
    }
    return bytes;
  }
}

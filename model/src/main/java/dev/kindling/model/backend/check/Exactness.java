package dev.kindling.model.backend.check;

import dev.kindling.model.tensor.DType;

/** How exact a result has to be. */
public enum Exactness {
  /** Of the dtype of the activations. */
  ACTIVATION,
  /** Of the accumulator type, from values that no kernel has to round on the way. */
  SUM,
  /** Of the accumulator type, from products of what a kernel may round to the activations' type. */
  SUM_OF_ROUNDED;

  /** Sums of a few hundred products in single precision. */
  private static final double SINGLE_TOLERANCE = 2e-5;

  private static final double DOUBLE_TOLERANCE = 1e-12;

  /**
   * Twice the largest relative error of one rounding to BF16 (2^-8): the result is rounded, and so
   * was at most one value on the way to it, or several to which chance gives different signs. The
   * same holds for sums of many rounded products: their errors grow with the root of their number,
   * as the sums do.
   */
  private static final double HALF_TOLERANCE = 0x1p-7;

  /**
   * How far results may be from exact ones.
   *
   * @param dtype of the activations
   * @return relative to the largest result
   */
  public double tolerance(DType dtype) {
    return switch (dtype) {
      case F64 -> DOUBLE_TOLERANCE;
      case F32 -> SINGLE_TOLERANCE;
      case BF16 -> this == SUM ? SINGLE_TOLERANCE : HALF_TOLERANCE;
      case I32 -> throw new IllegalArgumentException("Kernels do not compute in I32");
    };
  }
}

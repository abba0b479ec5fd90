package dev.kindling.model.tensor;

/** The upper half of an IEEE 754 single: its exponent, and 8 bits of significand. */
public final class BFloat16 {
  private static final int STORED_SIGNIFICAND_BITS = 7;

  /** What is added before the lower half is cut off, so that it is rounded. */
  private static final int ALMOST_HALF = 0x7FFF;

  /** Set in what is not a number, of which the rest may be cut off. */
  private static final int QUIET = 0x0040;

  private BFloat16() {}

  /** Widens, exactly. */
  public static float toFloat(short bits) {
    return Float.intBitsToFloat(bits << Short.SIZE);
  }

  /** Rounds to the nearest, ties to even; what is not a number stays so. */
  public static short fromFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    int upper = bits >>> Short.SIZE;
    return (short)
        (Float.isNaN(value) ? upper | QUIET : (bits + ALMOST_HALF + (upper & 1)) >>> Short.SIZE);
  }

  /**
   * Rounds once, to the nearest, ties to even, from 0x1.FFp127 on to infinity. What is not a number
   * stays so, though without its payload.
   */
  public static short fromDouble(double value) {
    // The distance of neighbours; below the smallest normal number it shrinks no further.
    int exponent = Math.max(Math.getExponent(value), Float.MIN_EXPONENT) - STORED_SIGNIFICAND_BITS;
    double rounded = Math.scalb(Math.rint(Math.scalb(value, -exponent)), exponent);
    return (short) (Float.floatToIntBits((float) rounded) >>> Short.SIZE);
  }
}

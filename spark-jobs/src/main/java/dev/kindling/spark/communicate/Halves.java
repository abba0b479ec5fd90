package dev.kindling.spark.communicate;

import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** BF16 to F32 and back, for all elements of a buffer or array. */
final class Halves {
  /** What is added before the lower half is cut off, so that it is rounded. */
  private static final int ALMOST_HALF = 0x7FFF;

  private static final int QUIET = 0x0040;

  private Halves() {}

  static void widen(ShortBuffer source, FloatBuffer target) {
    for (int i = 0; i < source.limit(); i++) {
      target.put(i, toFloat(source.get(i)));
    }
  }

  /** Rounds to the nearest, ties to even; what is not a number stays so. */
  static void narrow(FloatBuffer source, ShortBuffer target) {
    for (int i = 0; i < source.limit(); i++) {
      target.put(i, toHalf(source.get(i)));
    }
  }

  static float toFloat(short half) {
    return Float.intBitsToFloat(half << Short.SIZE);
  }

  static short toHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    int upper = bits >>> Short.SIZE;
    return (short)
        (Float.isNaN(value) ? upper | QUIET : (bits + ALMOST_HALF + (upper & 1)) >>> Short.SIZE);
  }
}

package dev.kindling.spark.communicate;

import dev.kindling.model.tensor.BFloat16;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** BF16 to F32 and back, for all elements of a buffer. */
final class Halves {
  private Halves() {}

  static void widen(ShortBuffer source, FloatBuffer target) {
    for (int i = 0; i < source.limit(); i++) {
      target.put(i, BFloat16.toFloat(source.get(i)));
    }
  }

  /** Rounds to the nearest, ties to even; what is not a number stays so. */
  static void narrow(FloatBuffer source, ShortBuffer target) {
    for (int i = 0; i < source.limit(); i++) {
      target.put(i, BFloat16.fromFloat(source.get(i)));
    }
  }
}

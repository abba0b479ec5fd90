package dev.kindling.spark.train;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Arithmetic on vectors of little-endian F32 that travel as bytes. */
final class FloatVectors {
  static final int ELEMENT_BYTES = Float.BYTES;

  private static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

  private FloatVectors() {}

  /** The element that starts at byte {@code at}. */
  static float get(byte[] vector, int at) {
    return (float) FLOAT.get(vector, at);
  }

  static void set(byte[] vector, int at, float value) {
    FLOAT.set(vector, at, value);
  }

  /** The mean of one element over all vectors, summed in their order. */
  static double mean(byte[][] vectors, int at) {
    double sum = 0;
    for (byte[] vector : vectors) {
      sum += get(vector, at);
    }
    return sum / vectors.length;
  }

  /** The mean of every element over all vectors. */
  static byte[] mean(byte[][] vectors) {
    byte[] mean = new byte[vectors[0].length];
    for (int at = 0; at < mean.length; at += ELEMENT_BYTES) {
      set(mean, at, (float) mean(vectors, at));
    }
    return mean;
  }
}

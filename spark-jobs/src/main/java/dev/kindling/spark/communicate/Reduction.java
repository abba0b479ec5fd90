package dev.kindling.spark.communicate;

import dev.kindling.model.tensor.BFloat16;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** How two tensors become one, element by element. */
enum Reduction {
  /** Their sum, rounded once to the type. */
  SUM,
  /** The larger; NaN if one is. */
  MAX;

  /** Elements that are on the heap at once: arrays of this size stay in the nearest cache. */
  private static final int BLOCK = 2048;

  /** Refuses what cannot be reduced. */
  static void check(Tensor tensor) {
    if (tensor.dtype() == DType.I32) {
      throw new IllegalArgumentException(
          tensor + " was given to an all-reduce: F32, F64 and BF16 are reduced");
    }
  }

  /** Reduces {@code target} with {@code source}, both of one type and of less than 2 GiB. */
  void reduceInPlace(Tensor target, Tensor source) {
    reduceInPlace(target.dtype(), target.byteBuffer(), source.byteBuffer());
  }

  /** The same with all remaining bytes of elements of a type, in the order of this machine. */
  void reduceInPlace(DType dtype, ByteBuffer target, ByteBuffer source) {
    ByteBuffer into = target.order(ByteOrder.nativeOrder());
    ByteBuffer from = source.order(ByteOrder.nativeOrder());
    switch (dtype) {
      case F32 -> reduceFloats(into.asFloatBuffer(), from.asFloatBuffer());
      case F64 -> reduceDoubles(into.asDoubleBuffer(), from.asDoubleBuffer());
      case BF16 -> reduceHalves(into.asShortBuffer(), from.asShortBuffer());
      case I32 -> throw new IllegalArgumentException("I32 is not reduced");
    }
  }

  /** The loops over plain arrays become vector instructions; those over buffers do not. */
  private void reduceFloats(FloatBuffer into, FloatBuffer from) {
    float[] left = new float[BLOCK];
    float[] right = new float[BLOCK];
    for (int start = 0; start < into.limit(); start += BLOCK) {
      int length = Math.min(BLOCK, into.limit() - start);
      into.get(start, left, 0, length);
      from.get(start, right, 0, length);
      reduce(left, right, length);
      into.put(start, left, 0, length);
    }
  }

  private void reduce(float[] left, float[] right, int length) {
    switch (this) {
      case SUM -> {
        for (int i = 0; i < length; i++) {
          left[i] += right[i];
        }
      }
      case MAX -> {
        for (int i = 0; i < length; i++) {
          left[i] = Math.max(left[i], right[i]);
        }
      }
    }
  }

  private void reduceHalves(ShortBuffer into, ShortBuffer from) {
    float[] left = new float[BLOCK];
    float[] right = new float[BLOCK];
    for (int start = 0; start < into.limit(); start += BLOCK) {
      int length = Math.min(BLOCK, into.limit() - start);
      for (int i = 0; i < length; i++) {
        left[i] = BFloat16.toFloat(into.get(start + i));
        right[i] = BFloat16.toFloat(from.get(start + i));
      }
      reduce(left, right, length);
      for (int i = 0; i < length; i++) {
        into.put(start + i, BFloat16.fromFloat(left[i]));
      }
    }
  }

  private void reduceDoubles(DoubleBuffer into, DoubleBuffer from) {
    for (int i = 0; i < into.limit(); i++) {
      double left = into.get(i);
      double right = from.get(i);
      into.put(
          i,
          switch (this) {
            case SUM -> left + right;
            case MAX -> Math.max(left, right);
          });
    }
  }
}

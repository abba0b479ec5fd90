package dev.kindling.model.backend.onednn;

import dev.kindling.model.tensor.Tensor;

/** Copies elements of F32 and BF16 tensors to and from arrays of floats. */
final class HostFloats {
  private final byte[] bytes;

  /**
   * @param capacity the most elements of one copy
   */
  HostFloats(int capacity) {
    bytes = new byte[2 * capacity];
  }

  void read(Tensor source, long offset, float[] destination, int length) {
    switch (source.dtype()) {
      case F32 -> source.read(offset, destination, 0, length);
      case BF16 -> {
        source.readBytes(offset, length, bytes, 0);
        for (int i = 0; i < length; i++) {
          int bits = (bytes[2 * i] & 0xFF) | (bytes[2 * i + 1] << 8);
          destination[i] = Float.intBitsToFloat(bits << 16);
        }
      }
      case F64, I32 -> throw new IllegalArgumentException(source + " is not F32 or BF16");
    }
  }

  void write(Tensor target, long offset, float[] source, int length) {
    switch (target.dtype()) {
      case F32 -> target.write(offset, source, 0, length);
      case BF16 -> {
        for (int i = 0; i < length; i++) {
          int bits = roundToBf16(source[i]);
          bytes[2 * i] = (byte) bits;
          bytes[2 * i + 1] = (byte) (bits >> 8);
        }
        target.writeBytes(offset, length, bytes, 0);
      }
      case F64, I32 -> throw new IllegalArgumentException(target + " is not F32 or BF16");
    }
  }

  /** To the nearest, ties to even; what is not a number stays so. */
  private static int roundToBf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (bits >>> 16) | 0x40;
    }
    return (bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16;
  }
}

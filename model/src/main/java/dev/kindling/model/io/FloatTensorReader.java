package dev.kindling.model.io;

import dev.kindling.model.io.SafetensorsHeader.StoredTensor;
import java.io.IOException;
import java.util.Arrays;

/**
 * Reads elements of stored tensors as little-endian F32: those of F32 as they are, and those of F16
 * and BF16, in which weights are published too, converted, which loses nothing.
 */
final class FloatTensorReader {
  /** Elements that a check holds at once. */
  private static final int CHECKED_ELEMENTS = 1 << 16;

  private final RangeReader file;

  FloatTensorReader(RangeReader file) {
    this.file = file;
  }

  /** Whether {@link #read} can read tensors of this type. */
  static boolean canRead(SafetensorsDType dtype) {
    return dtype == SafetensorsDType.F32
        || dtype == SafetensorsDType.F16
        || dtype == SafetensorsDType.BF16;
  }

  /** Reads {@code length} elements from {@code first}, to {@code 4 · length} bytes. */
  void read(StoredTensor tensor, long first, int length, byte[] destination, int offset)
      throws IOException {
    int elementBytes = tensor.dtype().bytes();
    int numBytes = Math.multiplyExact(length, elementBytes);
    // Shorter elements go to the end of their place, so that widening them overtakes none.
    int start = offset + Math.multiplyExact(length, Float.BYTES) - numBytes;
    file.readFully(tensor.position() + first * elementBytes, destination, start, numBytes);
    if (elementBytes == Float.BYTES) {
      return;
    }
    boolean brain = tensor.dtype() == SafetensorsDType.BF16;
    for (int i = 0; i < length; i++) {
      int low = destination[start + 2 * i] & 0xFF;
      int bits = (destination[start + 2 * i + 1] & 0xFF) << 8 | low;
      int wide = brain ? bits << 16 : halfToFloatBits(bits);
      int target = offset + Float.BYTES * i;
      for (int part = 0; part < Float.BYTES; part++) {
        destination[target + part] = (byte) (wide >>> (Byte.SIZE * part));
      }
    }
  }

  /** Whether all elements are 0 or -0. */
  boolean isZero(StoredTensor tensor) throws IOException {
    byte[] bytes = new byte[chunkOf(tensor) * Float.BYTES];
    for (long first = 0; first < numElements(tensor); first += CHECKED_ELEMENTS) {
      int length = (int) Math.min(CHECKED_ELEMENTS, numElements(tensor) - first);
      read(tensor, first, length, bytes, 0);
      for (int i = 0; i < length * Float.BYTES; i++) {
        // The upper bit of the last byte is the sign.
        int magnitude = i % Float.BYTES == Float.BYTES - 1 ? bytes[i] & 0x7F : bytes[i];
        if (magnitude != 0) {
          return false;
        }
      }
    }
    return true;
  }

  /** Whether two tensors of one shape have the same elements, bit for bit. */
  boolean areEqual(StoredTensor one, StoredTensor other) throws IOException {
    byte[] ofOne = new byte[chunkOf(one) * Float.BYTES];
    byte[] ofOther = new byte[ofOne.length];
    for (long first = 0; first < numElements(one); first += CHECKED_ELEMENTS) {
      int length = (int) Math.min(CHECKED_ELEMENTS, numElements(one) - first);
      read(one, first, length, ofOne, 0);
      read(other, first, length, ofOther, 0);
      // What lies behind a shorter last part is the part before it, equal as well.
      if (!Arrays.equals(ofOne, ofOther)) {
        return false;
      }
    }
    return true;
  }

  private static int chunkOf(StoredTensor tensor) {
    return (int) Math.min(CHECKED_ELEMENTS, numElements(tensor));
  }

  private static long numElements(StoredTensor tensor) {
    return tensor.numBytes() / tensor.dtype().bytes();
  }

  /** The bits of the float that is equal to a number of IEEE 754's 16 bits. */
  private static int halfToFloatBits(int half) {
    int sign = (half & 0x8000) << 16;
    int exponent = half >>> 10 & 0x1F;
    int fraction = half & 0x3FF;
    if (exponent == 0x1F) {
      return sign | 0x7F800000 | fraction << 13;
    }
    if (exponent == 0) {
      // Zero or subnormal: a multiple of 2^-24.
      return sign | Float.floatToRawIntBits(fraction * 0x1p-24f);
    }
    return sign | (exponent - 15 + 127) << 23 | fraction << 13;
  }
}

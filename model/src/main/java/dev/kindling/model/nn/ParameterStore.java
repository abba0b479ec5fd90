package dev.kindling.model.nn;

import java.util.List;

/**
 * All parameters of a model as one flat vector (F32) with named slices; gradients lie the same way.
 */
public final class ParameterStore {
  /**
   * A named part of the flat vector.
   *
   * @param name Hugging Face's name, such as {@code transformer.h.0.attn.c_attn.weight}
   * @param offset first element
   * @param shape dims, row-major
   */
  public record Slice(String name, long offset, List<Long> shape) {
    /** The product of the shape. */
    public long numElements() {
      return shape.stream().reduce(1L, Math::multiplyExact);
    }
  }

  /** The slices, by offset, without holes. */
  public List<Slice> slices() {
    throw new UnsupportedOperationException("skeleton");
  }

  /** P, the length of the flat vector. */
  public long numParameters() {
    throw new UnsupportedOperationException("skeleton");
  }

  /**
   * Copies {@code length} elements from {@code offset} as little-endian F32 bytes into {@code
   * destination}.
   */
  public void readBytes(long offset, int length, byte[] destination, int destinationOffset) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** The reverse of {@link #readBytes}. */
  public void writeBytes(long offset, int length, byte[] source, int sourceOffset) {
    throw new UnsupportedOperationException("skeleton");
  }
}

package dev.kindling.data.signal;

/**
 * Hashes of 64 bits of parts of a text, four UTF-16 units at a time: for parts that are compared as
 * a whole. Different parts meet with a probability of about 2^-64.
 */
final class SpanHash {
  private static final long FIRST = 0x9e37_79b9_7f4a_7c15L;
  private static final long SECOND = 0xc2b2_ae3d_27d4_eb4fL;

  private SpanHash() {}

  /** The hash of {@code text[start, end)}. */
  static long of(String text, int start, int end) {
    long hash = FIRST * (end - start + 1L);
    int i = start;
    for (; i + 4 <= end; i += 4) {
      hash = mixed(hash, units(text, i, i + 4));
    }
    return mixed(mixed(hash, units(text, i, end)), FIRST);
  }

  private static long units(String text, int start, int end) {
    long units = 0;
    for (int i = start; i < end; i++) {
      units = units << 16 | text.charAt(i);
    }
    return units;
  }

  private static long mixed(long hash, long units) {
    long product = (hash ^ units) * SECOND;
    return product ^ (product >>> 29);
  }
}

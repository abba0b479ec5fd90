package dev.kindling.data.signal;

/**
 * The hash of the last {@code size} code points of a sequence, by cyclic polynomials: a code point
 * that comes in, and one that goes out, take a rotation and an exclusive or (Cohen 1997).
 */
final class WindowHash {
  private final int size;
  private long hash;

  WindowHash(int size) {
    this.size = size;
  }

  /** Forgets everything. */
  void clear() {
    hash = 0;
  }

  /** Adds a code point to a window that is not full yet. */
  long append(int codePoint) {
    hash = Long.rotateLeft(hash, 1) ^ spread(codePoint);
    return hash;
  }

  /** Adds a code point to a full window, of which the first one goes out. */
  long slide(int first, int codePoint) {
    hash = Long.rotateLeft(hash, 1) ^ Long.rotateLeft(spread(first), size) ^ spread(codePoint);
    return hash;
  }

  /** A fixed random number for every code point (the finalizer of SplitMix64). */
  private static long spread(int codePoint) {
    long value = (codePoint + 1) * 0x9e37_79b9_7f4a_7c15L;
    value = (value ^ (value >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
    value = (value ^ (value >>> 27)) * 0x94d0_49bb_1331_11ebL;
    return value ^ (value >>> 31);
  }
}

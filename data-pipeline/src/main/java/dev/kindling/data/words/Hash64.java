package dev.kindling.data.words;

/** Hashes of 64 bits that need no memory: FNV-1a, and the finalizer of MurmurHash3. */
public final class Hash64 {
  /** What {@link #append} starts from: FNV-1a's offset basis. */
  static final long EMPTY = 0xcbf29ce484222325L;

  private static final long FNV_PRIME = 0x100000001b3L;

  private Hash64() {}

  /** Extends a hash by one code point. */
  static long append(long hash, int codePoint) {
    return (hash ^ codePoint) * FNV_PRIME;
  }

  /** Spreads every bit over all bits; one to one. */
  public static long mix(long value) {
    long mixed = value;
    mixed = (mixed ^ (mixed >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }

  /** The hash of a text's characters as they are. */
  public static long of(String text) {
    return of(text, 0, text.length());
  }

  /** The hash of the characters from {@code start} up to {@code end}, as they are. */
  static long of(String text, int start, int end) {
    long hash = EMPTY;
    for (int i = start; i < end; i++) {
      hash = append(hash, text.charAt(i));
    }
    return mix(hash);
  }
}

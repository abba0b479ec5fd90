package dev.kindling.data.signal;

/**
 * Hashes of strings as polynomials over the integers modulo the prime 2^61 - 1, of which the hash
 * of two strings one behind the other follows from theirs (Karp and Rabin 1987). Different strings
 * of up to n characters meet with a probability of about n / 2^61.
 */
final class PolynomialHash {
  static final long EMPTY = 0;

  private static final long PRIME = (1L << 61) - 1;
  private static final long BASE = 0x1aa5_17b9_3c6d_2f31L;

  private PolynomialHash() {}

  /** The hash of {@code text[start, end)}. */
  static long of(CharSequence text, int start, int end) {
    long hash = EMPTY;
    for (int i = start; i < end; i++) {
      hash = append(hash, text.charAt(i));
    }
    return hash;
  }

  /** The hash of the string with a UTF-16 unit, or a code point taken as one sign, behind it. */
  static long append(long hash, int c) {
    // One more, so that characters of value 0 count.
    return reduced(multiply(hash, BASE) + c + 1);
  }

  /** The hash of two strings one behind the other; {@code power} belongs to the second. */
  static long concatenate(long first, long second, long power) {
    return reduced(multiply(first, power) + second);
  }

  /** What {@link #concatenate} needs of a string of this length. */
  static long power(int length) {
    long power = 1;
    for (int i = 0; i < length; i++) {
      power = multiply(power, BASE);
    }
    return power;
  }

  /** Of factors below the prime: as 2^61 is 1, the high bits of the product add to its low ones. */
  private static long multiply(long a, long b) {
    long high = Math.multiplyHigh(a, b);
    long low = a * b;
    return reduced((low & PRIME) + ((high << 3) | (low >>> 61)));
  }

  private static long reduced(long sum) {
    long folded = (sum & PRIME) + (sum >>> 61);
    return folded >= PRIME ? folded - PRIME : folded;
  }
}

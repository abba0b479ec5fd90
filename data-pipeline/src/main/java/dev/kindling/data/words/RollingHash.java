package dev.kindling.data.words;

/**
 * The hash of the last n words of a text: a polynomial of their hashes modulo 2^64, which moves on
 * by a word in constant time (Karp and Rabin 1987), so that no text is copied.
 */
public final class RollingHash {
  private static final long BASE = 0x9e3779b97f4a7c15L;

  private final long leavingFactor;
  private final long[] lastWords;
  private long rolling;
  private int slot;
  private boolean full;

  /**
   * Before the first word of a text.
   *
   * @param size the number of words n
   */
  public RollingHash(int size) {
    lastWords = new long[size];
    long power = 1;
    for (int i = 0; i < size; i++) {
      power *= BASE;
    }
    leavingFactor = power;
  }

  /**
   * Moves on by a word.
   *
   * @param word the hash of the word
   * @return whether there have been n words, so that there is a {@link #hash}
   */
  public boolean push(long word) {
    long leaving = full ? lastWords[slot] * leavingFactor : 0;
    rolling = rolling * BASE + word - leaving;
    lastWords[slot] = word;
    slot = slot + 1 == lastWords.length ? 0 : slot + 1;
    full |= slot == 0;
    return full;
  }

  /** The hash of the last n words in their order. */
  public long hash() {
    return Hash64.mix(rolling);
  }
}

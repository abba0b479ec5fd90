package dev.kindling.data.dedup.minhash;

import java.util.Arrays;

/**
 * Turns texts into sets of shingles: hashes of each run of n words. The words are hashed once; the
 * hash of a run is a polynomial of theirs modulo 2^64, which moves on by a word in constant time
 * (Karp and Rabin 1987), so that no text is copied.
 *
 * <p>A text of fewer than n words has one shingle, made of its characters as they are: it can be
 * the duplicate of an equal text only.
 *
 * <p>Not for several threads: buffers are used again.
 */
final class Shingler {
  private static final long BASE = 0x9e3779b97f4a7c15L;

  private final int size;
  private final long leavingFactor;
  private final long[] lastWords;
  private long[] shingles = new long[1024];
  private int numShingles;

  /**
   * @param size the words in a shingle
   */
  Shingler(int size) {
    this.size = size;
    this.lastWords = new long[size];
    long power = 1;
    for (int i = 0; i < size; i++) {
      power *= BASE;
    }
    this.leavingFactor = power;
  }

  /** The distinct shingles of a text, at least one, in ascending order. */
  long[] shingles(String text) {
    numShingles = 0;
    long rolling = 0;
    int slot = 0;
    boolean full = false;
    WordHashes words = new WordHashes(text);
    while (words.next()) {
      long leaving = full ? lastWords[slot] * leavingFactor : 0;
      rolling = rolling * BASE + words.hash() - leaving;
      lastWords[slot] = words.hash();
      slot = slot + 1 == size ? 0 : slot + 1;
      full |= slot == 0;
      if (full) {
        add(Hash64.mix(rolling));
      }
    }
    if (!full) {
      add(Hash64.of(text.strip()));
    }
    return distinct();
  }

  private void add(long shingle) {
    if (numShingles == shingles.length) {
      shingles = Arrays.copyOf(shingles, Math.multiplyExact(shingles.length, 2));
    }
    shingles[numShingles++] = shingle;
  }

  private long[] distinct() {
    Arrays.sort(shingles, 0, numShingles);
    int numDistinct = 1;
    for (int i = 1; i < numShingles; i++) {
      if (shingles[i] != shingles[i - 1]) {
        shingles[numDistinct++] = shingles[i];
      }
    }
    return Arrays.copyOf(shingles, numDistinct);
  }
}

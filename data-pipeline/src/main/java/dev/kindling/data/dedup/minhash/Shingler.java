package dev.kindling.data.dedup.minhash;

import dev.kindling.data.words.Hash64;
import dev.kindling.data.words.RollingHash;
import dev.kindling.data.words.WordForm;
import dev.kindling.data.words.WordHashes;
import java.util.Arrays;

/**
 * Turns texts into sets of shingles: hashes of each run of n words, which are compared in their
 * {@link WordForm#FOLDED} form.
 *
 * <p>A text of fewer than n words has one shingle, made of its characters as they are: it can be
 * the duplicate of an equal text only.
 *
 * <p>Not for several threads: the buffer is used again.
 */
final class Shingler {
  private final int size;
  private long[] shingles = new long[1024];
  private int numShingles;

  /**
   * @param size the words in a shingle
   */
  Shingler(int size) {
    this.size = size;
  }

  /** The distinct shingles of a text, at least one, in ascending order. */
  long[] shingles(String text) {
    numShingles = 0;
    RollingHash lastWords = new RollingHash(size);
    WordHashes words = new WordHashes(text, WordForm.FOLDED);
    while (words.next()) {
      if (lastWords.push(words.hash())) {
        add(lastWords.hash());
      }
    }
    if (numShingles == 0) {
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

package dev.kindling.data.decontaminate;

import dev.kindling.data.words.RollingHash;
import dev.kindling.data.words.WordForm;
import dev.kindling.data.words.WordHashes;
import java.util.Arrays;

/**
 * The n-grams of a text, of one or several sizes, by hashes and where they stand. Words are
 * compared in lower case and without punctuation.
 */
final class Ngrams {
  private final WordHashes words;
  private final int[] sizes;
  private final RollingHash[] lastWords;
  private final int[] starts;
  private int numWords;
  private int next;

  /**
   * Before the first n-gram of a text.
   *
   * @param sizes the numbers of words n, at least one
   */
  Ngrams(String text, int[] sizes) {
    words = new WordHashes(text, WordForm.LOWER_CASE);
    this.sizes = sizes;
    lastWords = Arrays.stream(sizes).mapToObj(RollingHash::new).toArray(RollingHash[]::new);
    starts = new int[Arrays.stream(sizes).max().orElseThrow()];
    next = sizes.length;
  }

  /** Moves on to the next n-gram; false at the end. */
  boolean next() {
    next++;
    while (next < sizes.length && numWords < sizes[next]) {
      next++;
    }
    while (next >= sizes.length) {
      if (!words.next()) {
        return false;
      }
      pushWord();
    }
    return true;
  }

  /** The hash of its words. */
  long hash() {
    return lastWords[next].hash();
  }

  /** The UTF-16 index of its first character. */
  int start() {
    return starts[(numWords - sizes[next]) % starts.length];
  }

  /** The UTF-16 index behind its last character. */
  int end() {
    return words.end();
  }

  private void pushWord() {
    starts[numWords % starts.length] = words.start();
    numWords++;
    next = sizes.length;
    for (int i = sizes.length - 1; i >= 0; i--) {
      if (lastWords[i].push(words.hash())) {
        next = i;
      }
    }
  }
}

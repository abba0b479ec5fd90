package dev.kindling.data.signal;

/**
 * The sequences of n words of a text, as hashes. They grow from n to n + 1 in place, so that all n
 * together cost one step per word and n.
 */
final class WordGrams {
  private final WordFeatures words;
  private final boolean spaces;
  private final long[] hashes;
  private final int[] lengths;
  private int n = 1;

  private WordGrams(WordFeatures words, boolean spaces) {
    this.words = words;
    this.spaces = spaces;
    this.hashes = new long[words.size()];
    this.lengths = new int[words.size()];
    for (int i = 0; i < words.size(); i++) {
      hashes[i] = words.hash(i);
      lengths[i] = words.length(i);
    }
  }

  /** Sequences of 1 word, to grow with a space before every further word. */
  static WordGrams joinedBySpaces(WordFeatures words) {
    return new WordGrams(words, true);
  }

  /** Sequences of 1 word, to grow without spaces: "a bc" and "ab c" become equal. */
  static WordGrams concatenated(WordFeatures words) {
    return new WordGrams(words, false);
  }

  /** Adds the next word to every sequence that has one. */
  void extend() {
    n++;
    for (int i = 0; i < size(); i++) {
      int next = i + n - 1;
      if (spaces) {
        hashes[i] = PolynomialHash.append(hashes[i], ' ');
        lengths[i]++;
      }
      hashes[i] = PolynomialHash.concatenate(hashes[i], words.hash(next), words.power(next));
      lengths[i] += words.length(next);
    }
  }

  int size() {
    return Math.max(0, words.size() - n + 1);
  }

  long hash(int index) {
    return hashes[index];
  }

  /** In characters. */
  int length(int index) {
    return lengths[index];
  }
}

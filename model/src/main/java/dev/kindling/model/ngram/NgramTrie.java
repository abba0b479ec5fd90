package dev.kindling.model.ngram;

import java.util.Arrays;

/**
 * All n-grams of a model, as a forward trie: the n-grams of order k + 1 that begin with an n-gram
 * of order k are its children, and lie side by side, sorted by their last token. An n-gram takes 16
 * bytes, one of the highest order 8. Immutable, and shared by threads.
 */
final class NgramTrie {
  /** Where there is no n-gram. */
  static final int NONE = -1;

  private final Level[] levels;

  /**
   * The n-grams of one order, in their order.
   *
   * @param words the last token of each
   * @param probabilities of it given the others
   * @param backoffs what shorter n-grams are multiplied by behind it; empty at the highest order
   * @param firstChildren where its children begin, and behind the last one the number of all
   *     children; empty at the highest order
   */
  // The arrays are payload of a record that is never compared.
  @SuppressWarnings("ArrayRecordComponent")
  record Level(int[] words, float[] probabilities, float[] backoffs, int[] firstChildren) {
    static Level allocate(int size, boolean hasChildren) {
      return new Level(
          new int[size],
          new float[size],
          new float[hasChildren ? size : 0],
          new int[hasChildren ? size + 1 : 0]);
    }

    long bytes() {
      return 4L * (words.length + probabilities.length + backoffs.length + firstChildren.length);
    }
  }

  /**
   * @param levels of the orders from 1; the first has all V tokens
   */
  NgramTrie(Level[] levels) {
    this.levels = levels.clone();
  }

  int order() {
    return levels.length;
  }

  int vocabSize() {
    return levels[0].words().length;
  }

  long bytes() {
    return Arrays.stream(levels).mapToLong(Level::bytes).sum();
  }

  /**
   * Finds a longer n-gram.
   *
   * @param order of the n-gram, below the highest
   * @param node its place among those of its order
   * @return the place of the n-gram with one token more, or {@link #NONE}
   */
  int child(int order, int node, int word) {
    return child(levels[order - 1], levels[order], node, word);
  }

  static int child(Level parents, Level children, int node, int word) {
    int found =
        Arrays.binarySearch(
            children.words(),
            parents.firstChildren()[node],
            parents.firstChildren()[node + 1],
            word);
    return found >= 0 ? found : NONE;
  }

  int firstChild(int order, int node) {
    return levels[order - 1].firstChildren()[node];
  }

  int word(int order, int node) {
    return levels[order - 1].words()[node];
  }

  float probability(int order, int node) {
    return levels[order - 1].probabilities()[node];
  }

  float backoff(int order, int node) {
    return levels[order - 1].backoffs()[node];
  }
}

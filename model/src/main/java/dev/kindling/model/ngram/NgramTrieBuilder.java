package dev.kindling.model.ngram;

import dev.kindling.model.io.WeightsFormatException;
import java.util.Arrays;
import java.util.Iterator;

/**
 * Builds a trie from the sorted n-grams of one order after the other. The children of an n-gram
 * come in the order in which the n-grams themselves came, so that one walk over both finds where
 * they begin.
 */
final class NgramTrieBuilder {
  private final NgramShape shape;
  private final NgramTrie.Level[] levels;
  private int numOrders;

  NgramTrieBuilder(NgramShape shape) {
    this.shape = shape;
    this.levels = new NgramTrie.Level[shape.order()];
  }

  /**
   * Adds all n-grams of the next order.
   *
   * @throws WeightsFormatException if they are not sorted, not as many as the shape says, more than
   *     arrays hold, or one begins with an n-gram that is not there
   */
  void addOrder(Iterator<NgramPartReader> parts) {
    int order = numOrders + 1;
    long kept = shape.orders().get(numOrders).kept();
    if (kept > NgramModel.MAX_NGRAMS_OF_ORDER) {
      throw new WeightsFormatException(
          "the model has " + kept + " n-grams of order " + order,
          "at most "
              + NgramModel.MAX_NGRAMS_OF_ORDER
              + ", which is what a model in memory can hold",
          "leave more of them out by ngram.prune, or lower ngram.order, and run `kindling ngram`"
              + " again in a new directory");
    }
    levels[numOrders] = NgramTrie.Level.allocate((int) kept, order < shape.order());
    Walk walk = new Walk(order);
    parts.forEachRemaining(walk::add);
    walk.finish();
    numOrders++;
  }

  NgramTrie build() {
    if (numOrders < levels.length) {
      throw new IllegalStateException(
          numOrders + " of " + levels.length + " orders were added to the trie");
    }
    return new NgramTrie(levels);
  }

  /** Where the n-grams of one order are put below those of the order before. */
  private final class Walk {
    private final int order;
    private final NgramTrie.Level level;
    private final int[] tokens;

    /** The places of the n-grams that the last one begins with, by their order - 1. */
    private final int[] path;

    private int size;
    private int nextParent;

    Walk(int order) {
      this.order = order;
      this.level = levels[order - 1];
      this.tokens = new int[order];
      this.path = new int[order - 1];
    }

    void add(NgramPartReader part) {
      if (part.size() > level.words().length - size) {
        throw wrongNumber(size + part.size() + " n-grams or more");
      }
      while (part.next()) {
        int same = takeTokens(part);
        if (order > 1) {
          beginParentsUpTo(parent(part, same));
        }
        level.words()[size] = tokens[order - 1];
        level.probabilities()[size] = part.probability();
        if (order < shape.order()) {
          level.backoffs()[size] = part.backoff();
        }
        size++;
      }
    }

    void finish() {
      if (size < level.words().length) {
        throw wrongNumber(size + " n-grams");
      }
      if (order > 1) {
        beginParentsUpTo(levels[order - 2].words().length);
      }
    }

    private WeightsFormatException wrongNumber(String found) {
      return new WeightsFormatException(
          "the files of order " + order + " have " + found,
          level.words().length + ", as " + NgramShape.NAME + " says",
          "restore the files, or run `kindling ngram` again in a new directory");
    }

    /** Returns how many tokens are those of the n-gram before. */
    private int takeTokens(NgramPartReader part) {
      int same = 0;
      while (size > 0 && same < order && part.token(same) == tokens[same]) {
        same++;
      }
      if (size > 0 && (same == order || part.token(same) < tokens[same])) {
        throw part.damaged("does not rise after " + Arrays.toString(tokens), "sorted n-grams");
      }
      for (int i = same; i < order; i++) {
        tokens[i] = part.token(i);
      }
      if (order == 1 && tokens[0] != size) {
        throw part.damaged("has the token " + tokens[0], "all tokens from 0 on, here " + size);
      }
      return same;
    }

    private int parent(NgramPartReader part, int same) {
      for (int i = Math.min(same, order - 1); i < order - 1; i++) {
        path[i] =
            i == 0 ? tokens[0] : NgramTrie.child(levels[i - 1], levels[i], path[i - 1], tokens[i]);
        if (path[i] == NgramTrie.NONE) {
          throw part.damaged(
              "has " + Arrays.toString(tokens), "n-grams that begin with one of the order before");
        }
      }
      return path[order - 2];
    }

    private void beginParentsUpTo(int parent) {
      while (nextParent <= parent) {
        levels[order - 2].firstChildren()[nextParent++] = size;
      }
    }
  }
}

package dev.kindling.model.ngram;

import java.util.Arrays;

/**
 * What an n-gram model remembers of a text while it reads it: the n-grams that its last tokens are.
 * Not thread-safe.
 */
final class NgramContext {
  private final NgramTrie trie;

  /** The place of the n-gram of the last k tokens, by k - 1, or {@link NgramTrie#NONE}. */
  private final int[] suffixes;

  /** The context of a text's first token. */
  NgramContext(NgramTrie trie) {
    this.trie = trie;
    this.suffixes = new int[trie.order() - 1];
    reset();
  }

  /** Forgets everything. */
  void reset() {
    Arrays.fill(suffixes, NgramTrie.NONE);
  }

  /** Reads the next token. */
  void add(int token) {
    for (int i = suffixes.length - 1; i > 0; i--) {
      suffixes[i] =
          suffixes[i - 1] == NgramTrie.NONE
              ? NgramTrie.NONE
              : trie.child(i, suffixes[i - 1], token);
    }
    if (suffixes.length > 0) {
      suffixes[0] = token;
    }
  }

  /** ln p(token | what was read). */
  double logProbability(int token) {
    double backoff = 1;
    for (int order = suffixes.length; order > 0; order--) {
      int node = suffixes[order - 1];
      if (node != NgramTrie.NONE) {
        int longer = trie.child(order, node, token);
        if (longer != NgramTrie.NONE) {
          return Math.log(backoff * trie.probability(order + 1, longer));
        }
        backoff *= trie.backoff(order, node);
      }
    }
    return Math.log(backoff * trie.probability(1, token));
  }

  /**
   * ln p of every token of the vocabulary: those of the unigrams, times the backoffs of all
   * contexts, and from the shortest context to the longest its own n-grams over them.
   *
   * @param unigrams ln p [V]
   * @param target where [V] values are put from {@code offset} on
   */
  void logProbabilities(float[] unigrams, float[] target, int offset) {
    // logBackoffs[k]: of the contexts of k tokens and more
    double[] logBackoffs = new double[suffixes.length + 2];
    for (int order = suffixes.length; order > 0; order--) {
      int node = suffixes[order - 1];
      double own = node == NgramTrie.NONE ? 0 : Math.log(trie.backoff(order, node));
      logBackoffs[order] = logBackoffs[order + 1] + own;
    }
    float ofAll = (float) logBackoffs[1];
    for (int token = 0; token < unigrams.length; token++) {
      target[offset + token] = unigrams[token] + ofAll;
    }
    for (int order = 1; order <= suffixes.length; order++) {
      int node = suffixes[order - 1];
      if (node != NgramTrie.NONE) {
        int end = trie.firstChild(order, node + 1);
        for (int child = trie.firstChild(order, node); child < end; child++) {
          double own = Math.log(trie.probability(order + 1, child));
          target[offset + trie.word(order + 1, child)] = (float) (own + logBackoffs[order + 1]);
        }
      }
    }
  }
}

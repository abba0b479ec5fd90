package dev.kindling.data.tokenizer.unigram;

import java.util.Arrays;

/**
 * The E step: how often each piece is expected to occur in the words, over all segmentations in
 * proportion to their probability (forward-backward).
 *
 * <p>With V(i) the score of the best segmentation up to place i, an edge from i to j with score s
 * weighs exp(V(i) + s − V(j)): the probability relative to the best one. So forward sums are 1 or
 * more and at most the number of segmentations, and nothing under- or overflows in words of up to a
 * thousand characters, with one exponential per edge.
 */
final class ExpectedCounts {
  private static final int INITIAL_CAPACITY = 1024;

  private final UnigramModel model;
  private final double[] counts;
  private double logLikelihood;

  /** The edges of a word by their start; places are offsets in the word. */
  private int[] edgeStart = new int[INITIAL_CAPACITY];

  private int[] edgeEnd = new int[INITIAL_CAPACITY];
  private int[] edgePiece = new int[INITIAL_CAPACITY];
  private double[] edgeWeight = new double[INITIAL_CAPACITY];
  private int numEdges;

  private double[] best = new double[INITIAL_CAPACITY];
  private double[] forward = new double[INITIAL_CAPACITY];
  private double[] backward = new double[INITIAL_CAPACITY];

  private ExpectedCounts(UnigramModel model) {
    this.model = model;
    this.counts = new double[model.size()];
  }

  /** Counts in all words, in their order. Every character has to be a piece. */
  static ExpectedCounts of(UnigramModel model, TrainingWords words) {
    ExpectedCounts expected = new ExpectedCounts(model);
    for (int word = 0; word < words.size(); word++) {
      expected.add(words.text(), words.start(word), words.end(word), words.count(word));
    }
    return expected;
  }

  /** The expected occurrences of each id. */
  double[] counts() {
    return counts;
  }

  /** The log-probability of all words, each as often as it occurs. */
  double logLikelihood() {
    return logLikelihood;
  }

  private void add(char[] text, int start, int end, long count) {
    int length = end - start;
    reservePlaces(length + 1);
    findEdges(text, start, length);
    sumForward(length);
    sumBackward(length);
    double scale = count / forward[length];
    for (int edge = 0; edge < numEdges; edge++) {
      counts[edgePiece[edge]] +=
          scale * forward[edgeStart[edge]] * edgeWeight[edge] * backward[edgeEnd[edge]];
    }
    logLikelihood += count * (best[length] + StrictMath.log(forward[length]));
  }

  /** Edges and, since an edge never leads back, the best scores in the same pass. */
  private void findEdges(char[] text, int start, int length) {
    PieceTrie trie = model.trie();
    numEdges = 0;
    Arrays.fill(best, 0, length + 1, Double.NEGATIVE_INFINITY);
    best[0] = 0;
    for (int from = 0; from < length; from++) {
      int node = PieceTrie.ROOT;
      for (int i = from; i < length; i++) {
        node = trie.child(node, text[start + i]);
        if (node == PieceTrie.NONE) {
          break;
        }
        int piece = trie.piece(node);
        if (piece != PieceTrie.NONE) {
          addEdge(from, i + 1, piece);
        }
      }
    }
  }

  private void addEdge(int from, int to, int piece) {
    if (numEdges == edgeStart.length) {
      edgeStart = Arrays.copyOf(edgeStart, numEdges * 2);
      edgeEnd = Arrays.copyOf(edgeEnd, numEdges * 2);
      edgePiece = Arrays.copyOf(edgePiece, numEdges * 2);
      edgeWeight = Arrays.copyOf(edgeWeight, numEdges * 2);
    }
    edgeStart[numEdges] = from;
    edgeEnd[numEdges] = to;
    edgePiece[numEdges] = piece;
    numEdges++;
    best[to] = Math.max(best[to], best[from] + model.score(piece));
  }

  private void sumForward(int length) {
    Arrays.fill(forward, 0, length + 1, 0);
    forward[0] = 1;
    for (int edge = 0; edge < numEdges; edge++) {
      int from = edgeStart[edge];
      int to = edgeEnd[edge];
      double relative = best[from] + model.score(edgePiece[edge]) - best[to];
      edgeWeight[edge] = StrictMath.exp(relative);
      forward[to] += forward[from] * edgeWeight[edge];
    }
  }

  private void sumBackward(int length) {
    Arrays.fill(backward, 0, length + 1, 0);
    backward[length] = 1;
    for (int edge = numEdges - 1; edge >= 0; edge--) {
      backward[edgeStart[edge]] += edgeWeight[edge] * backward[edgeEnd[edge]];
    }
  }

  private void reservePlaces(int size) {
    if (size > best.length) {
      best = new double[size * 2];
      forward = new double[size * 2];
      backward = new double[size * 2];
    }
  }
}

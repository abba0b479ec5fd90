package dev.kindling.data.tokenizer.unigram;

import java.util.Arrays;

/**
 * Finds the pieces of the highest total score that make up a word (Viterbi 1967), in time
 * proportional to the word times the longest piece, and memory proportional to the longest word so
 * far. Of equally good segmentations the one whose last piece is longest wins, then the one whose
 * last but one is, as in Hugging Face's library.
 *
 * <p>Reuses its memory from word to word; for one thread.
 */
public final class BestSegmentation {
  private static final int UNREACHED = -1;
  private static final int INITIAL_CAPACITY = 64;

  private final UnigramModel model;

  /** All three by the offset in the word at which a piece ends. */
  private double[] bestScore = new double[INITIAL_CAPACITY];

  private int[] startOf = new int[INITIAL_CAPACITY];
  private int[] pieceOf = new int[INITIAL_CAPACITY];

  /** The pieces from the last to the first. */
  private int[] reversed = new int[INITIAL_CAPACITY];

  private int numPieces;

  /** Finds segmentations under {@code model}. */
  public BestSegmentation(UnigramModel model) {
    this.model = model;
  }

  /**
   * Cuts the word from {@code start} to {@code end}, which has no unpaired surrogates.
   *
   * @return the number of pieces
   */
  public int find(char[] text, int start, int end) {
    return findWithout(PieceTrie.NONE, text, start, end);
  }

  /** As {@link #find}, but as if {@code excluded}, which is no single character, were no piece. */
  int findWithout(int excluded, char[] text, int start, int end) {
    int length = end - start;
    reserve(length + 1);
    Arrays.fill(startOf, 0, length + 1, UNREACHED);
    bestScore[0] = 0;
    for (int offset = 0; offset < length; ) {
      int next = offset + (Character.isHighSurrogate(text[start + offset]) ? 2 : 1);
      boolean isPiece = extend(excluded, text, start, offset, end, next);
      if (!isPiece) {
        offer(model.unknownId(), model.unknownScore(), offset, next);
      }
      offset = next;
    }
    numPieces = 0;
    for (int offset = length; offset > 0; offset = startOf[offset]) {
      reversed[numPieces++] = pieceOf[offset];
    }
    return numPieces;
  }

  /** The id of a piece of the word, counted from 0 to the result of {@link #find} - 1. */
  public int piece(int index) {
    return reversed[numPieces - 1 - index];
  }

  /**
   * Offers every piece that starts at {@code offset}.
   *
   * @return whether the one character up to {@code next} is a piece
   */
  private boolean extend(int excluded, char[] text, int start, int offset, int end, int next) {
    PieceTrie trie = model.trie();
    boolean isPiece = false;
    int node = PieceTrie.ROOT;
    for (int i = start + offset; i < end; i++) {
      node = trie.child(node, text[i]);
      if (node == PieceTrie.NONE) {
        break;
      }
      int piece = trie.piece(node);
      if (piece != PieceTrie.NONE && piece != excluded) {
        int pieceEnd = i + 1 - start;
        offer(piece, model.score(piece), offset, pieceEnd);
        isPiece |= pieceEnd == next;
      }
    }
    return isPiece;
  }

  private void offer(int piece, double score, int from, int to) {
    double total = score + bestScore[from];
    if (startOf[to] == UNREACHED || total > bestScore[to]) {
      bestScore[to] = total;
      startOf[to] = from;
      pieceOf[to] = piece;
    }
  }

  private void reserve(int size) {
    if (size > bestScore.length) {
      int capacity = (int) Math.min(Math.max(size, bestScore.length * 2L), Integer.MAX_VALUE - 8);
      bestScore = new double[capacity];
      startOf = new int[capacity];
      pieceOf = new int[capacity];
      reversed = new int[capacity];
    }
  }
}

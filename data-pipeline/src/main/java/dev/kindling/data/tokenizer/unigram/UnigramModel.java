package dev.kindling.data.tokenizer.unigram;

import java.util.Arrays;
import java.util.List;

/**
 * The pieces with their log-probabilities. A character that is no piece may be covered by the id
 * for unknown ones, at a score of 10 nats under the lowest of all, as in SentencePiece and Hugging
 * Face's library.
 */
public final class UnigramModel {
  private static final double UNKNOWN_PENALTY = 10;
  private static final int NO_UNKNOWN = -1;

  private final PieceTrie trie;
  private final double[] scores;
  private final int unknownId;
  private final double unknownScore;

  /**
   * @param pieces the text of each id, all different; null for an id that no text has
   * @param scores the log-probability of each id
   * @param unknownId the id of characters that are no piece
   */
  public UnigramModel(String[] pieces, double[] scores, int unknownId) {
    this.trie = new PieceTrie(pieces);
    this.scores = scores.clone();
    this.unknownId = unknownId;
    this.unknownScore = Arrays.stream(scores).min().orElse(0) - UNKNOWN_PENALTY;
  }

  /** A model whose ids are the indices of {@code pieces}, for texts without unknown characters. */
  static UnigramModel of(List<ScoredPiece> pieces) {
    return new UnigramModel(
        pieces.stream().map(ScoredPiece::piece).toArray(String[]::new),
        pieces.stream().mapToDouble(ScoredPiece::score).toArray(),
        NO_UNKNOWN);
  }

  /** The id of characters that are no piece. */
  public int unknownId() {
    return unknownId;
  }

  double unknownScore() {
    return unknownScore;
  }

  double score(int id) {
    return scores[id];
  }

  int size() {
    return scores.length;
  }

  PieceTrie trie() {
    return trie;
  }
}

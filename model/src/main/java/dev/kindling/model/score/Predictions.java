package dev.kindling.model.score;

import java.util.ArrayList;
import java.util.List;

/** Which rows of a pass predict tokens of continuations, in order, and whose tokens they are. */
final class Predictions {
  private final List<Integer> rows = new ArrayList<>();
  private final List<RunningScore> scores = new ArrayList<>();
  private final int vocabSize;

  Predictions(int vocabSize) {
    this.vocabSize = vocabSize;
  }

  /** Adds the rows that predict the tokens of a continuation that are not scored yet. */
  void add(RunningScore score, int firstRow) {
    for (int i = 0; i < score.numLeft(); i++) {
      rows.add(firstRow + i);
      scores.add(score);
    }
  }

  int[] rows() {
    return rows.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * Scores the next tokens.
   *
   * @param first which of the rows is the first that logits are given of
   * @param logits [number of rows × V]
   */
  void score(int first, float[] logits) {
    for (int i = 0; i < logits.length / vocabSize; i++) {
      scores.get(first + i).add(TokenDistribution.of(logits, i, vocabSize));
    }
  }
}

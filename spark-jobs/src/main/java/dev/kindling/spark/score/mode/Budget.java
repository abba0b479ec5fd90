package dev.kindling.spark.score.mode;

import dev.kindling.spark.score.executor.ScoringModel;
import dev.kindling.spark.score.plan.ScorePlan;

/** How much goes through a model at once. */
final class Budget {
  private Budget() {}

  /** Tokens of {@code score.batchSize} sequences of the context length. */
  static int maxTokens(ScorePlan plan, ScoringModel model) {
    return Math.multiplyExact(plan.score().batchSize(), model.model().contextLength());
  }

  /** Tokens of a window. */
  static int contextLength(ScorePlan plan, ScoringModel model) {
    int asked = plan.score().contextLength();
    return asked > 0 ? asked : model.model().contextLength();
  }
}

package dev.kindling.spark.score;

import dev.kindling.model.batch.CausalBatch;

/** A language model as scoring sees it. */
@FunctionalInterface
interface TokenLosses {
  /**
   * Cross-entropy of every target.
   *
   * @return nats [B, T], row-major; 0 where the target is not counted
   */
  float[] of(CausalBatch batch);
}

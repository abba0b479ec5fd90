package dev.kindling.spark.score;

/** A language model as scoring sees it. */
@FunctionalInterface
interface TokenLosses {
  /**
   * Cross-entropy of every target.
   *
   * @param inputs token ids [batch, length], row-major
   * @param targets the ids that follow them [batch, length]; -1 is not counted
   * @return nats [batch, length]; 0 where the target is -1
   */
  float[] of(int[] inputs, int[] targets, int batch, int length);
}

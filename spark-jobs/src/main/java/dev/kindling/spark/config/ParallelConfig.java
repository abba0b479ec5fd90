package dev.kindling.spark.config;

/**
 * Over how much of the cluster one model is spread.
 *
 * @param dataParallel replicas of the model
 */
public record ParallelConfig(int dataParallel) {
  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public ParallelConfig {
    Require.atLeast("dataParallel", dataParallel, 1);
  }
}

package dev.kindling.spark.config;

/**
 * How documents are scored.
 *
 * @param batchSize windows of the context length that go through the model together
 */
public record ScoreConfig(int batchSize) {
  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public ScoreConfig {
    Require.atLeast("batchSize", batchSize, 1);
  }
}

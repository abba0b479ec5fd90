package dev.kindling.spark.config;

/**
 * Checkpoints of a run.
 *
 * @param everyRounds rounds between two of them; there is always one at the end
 * @param keep how many of the newest stay
 */
public record CheckpointConfig(int everyRounds, int keep) {
  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public CheckpointConfig {
    Require.atLeast("everyRounds", everyRounds, 1);
    Require.atLeast("keep", keep, 2);
  }
}

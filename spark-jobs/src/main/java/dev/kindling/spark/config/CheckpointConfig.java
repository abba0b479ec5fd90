package dev.kindling.spark.config;

/**
 * Checkpoints of a run.
 *
 * @param everyRounds rounds between two of them; there is always one at the end
 * @param keep how many of the newest stay
 * @param background whether rounds go on while one is written
 * @param graceSeconds from the signal to stop to the end of the process, at most
 */
public record CheckpointConfig(int everyRounds, int keep, boolean background, int graceSeconds) {
  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public CheckpointConfig {
    Require.atLeast("everyRounds", everyRounds, 1);
    Require.atLeast("keep", keep, 2);
    Require.atLeast("graceSeconds", graceSeconds, 1);
  }
}

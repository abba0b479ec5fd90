package dev.kindling.spark.parallel.schedule;

/**
 * When an action runs.
 *
 * @param action what runs
 * @param start seconds since the first action of the pipeline began
 * @param end seconds since then
 */
public record TimedAction(Action action, double start, double end) {
  /** How long it takes. */
  public double seconds() {
    return end - start;
  }
}

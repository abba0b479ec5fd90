package dev.kindling.benchmarks.trainstep;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * How long some steps took.
 *
 * @param seconds of each step
 * @param lastLoss of the last step, nats per token
 */
public record StepTimes(List<Double> seconds, double lastLoss) {
  private static final double NANOS_PER_SECOND = 1e9;

  /**
   * Steps until both minima are reached.
   *
   * @param step does one, and gives its loss
   */
  public static StepTimes repeat(DoubleSupplier step, int minSteps, double minSeconds) {
    List<Double> seconds = new ArrayList<>();
    double total = 0;
    double loss = Double.NaN;
    while (seconds.size() < minSteps || total < minSeconds) {
      long start = System.nanoTime();
      loss = step.getAsDouble();
      double duration = (System.nanoTime() - start) / NANOS_PER_SECOND;
      seconds.add(duration);
      total += duration;
    }
    return new StepTimes(seconds, loss);
  }

  /** The median of the steps. */
  public double medianSeconds() {
    return median(seconds);
  }

  /** The middle value, or the mean of the two in the middle. */
  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}

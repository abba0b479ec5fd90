package dev.kindling.spark.train;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * What the steps so far tell about the next: how high a loss may be, and who has been leaving out
 * steps. It is made of the lines of {@code metrics.jsonl} alone, so a run that goes on from a
 * checkpoint decides as one that was never interrupted.
 *
 * <p>A loss is a spike if it is more than so many standard deviations above the mean of the last
 * {@value #WINDOW} steps, over all replicas; with fewer than {@value #MIN_STEPS} none is. That is
 * the rule of OLMo's optimiser that skips steps, with the statistics as they were at the beginning
 * of the round, so that all replicas and all retries of them have the same.
 */
final class LossHistory {
  static final int WINDOW = 128;
  static final int MIN_STEPS = WINDOW / 2;

  private final Deque<Step> steps = new ArrayDeque<>();
  private final Map<Integer, Skips> skips = new HashMap<>();
  private double last = Double.NaN;
  private long numSkipped;

  /** Mean and standard deviation over the replicas. */
  private record Step(double mean, double deviation) {}

  /** Steps that a replica left out one after the other. */
  private record Skips(long lastStep, int inARow) {}

  void addStep(double mean, double deviation) {
    last = mean;
    steps.addLast(new Step(mean, deviation));
    if (steps.size() > WINDOW) {
      steps.removeFirst();
    }
  }

  void addSkipped(long step, int replica) {
    numSkipped++;
    skips.merge(
        replica,
        new Skips(step, 1),
        (before, now) ->
            new Skips(step, before.lastStep() == step - 1 ? before.inARow() + 1 : now.inARow()));
  }

  /** The mean loss of the last step; NaN before the first. */
  double last() {
    return last;
  }

  /** Steps that were left out, every replica's counted. */
  long numSkipped() {
    return numSkipped;
  }

  /** How many steps a replica has left out one after the other, up to the last such step. */
  int skippedInARow(int replica) {
    return skips.containsKey(replica) ? skips.get(replica).inARow() : 0;
  }

  /**
   * The highest loss that is not a spike.
   *
   * @param deviations above the mean; 0: there are no spikes
   */
  double limit(double deviations) {
    if (deviations == 0 || steps.size() < MIN_STEPS) {
      return Double.POSITIVE_INFINITY;
    }
    double mean = steps.stream().mapToDouble(Step::mean).average().orElseThrow();
    double variance =
        steps.stream()
            .mapToDouble(step -> Math.pow(step.mean() - mean, 2) + Math.pow(step.deviation(), 2))
            .average()
            .orElseThrow();
    return mean + deviations * Math.sqrt(variance);
  }
}

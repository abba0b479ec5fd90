package dev.kindling.spark.train;

import java.util.List;

/**
 * One round: local steps of every replica, one average, one outer step.
 *
 * @param round its number, from 1
 * @param replicas that took part
 * @param steps the steps in it, in order
 * @param skipped steps that a replica left out, by replica
 * @param bytesMoved payload of its all-gather and reduce-scatter
 * @param computeSeconds the slowest replica's time in local steps
 * @param averagingSeconds the rest of the round
 * @param tokens training tokens of this round, all replicas together
 */
public record RoundReport(
    long round,
    int replicas,
    List<StepReport> steps,
    List<SkippedStep> skipped,
    long bytesMoved,
    double computeSeconds,
    double averagingSeconds,
    long tokens) {

  /** Keeps unmodifiable copies. */
  public RoundReport {
    skipped = List.copyOf(skipped);
    steps = List.copyOf(steps);
  }

  /** The last step of the round. */
  public StepReport last() {
    return steps.get(steps.size() - 1);
  }

  /** The wall-clock of the round. */
  public double seconds() {
    return computeSeconds + averagingSeconds;
  }

  /** Throughput of the whole round. */
  public double tokensPerSecond() {
    return tokens / Math.max(seconds(), 1e-9);
  }
}

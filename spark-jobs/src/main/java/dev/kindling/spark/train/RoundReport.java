package dev.kindling.spark.train;

import java.util.List;

/**
 * One round: local steps of every replica, one average, one outer step.
 *
 * @param round its number, from 1
 * @param replicas whose contributions it is made of
 * @param steps the steps in it, in order; those of late replicas are not in their losses
 * @param skipped steps that a replica left out, by replica
 * @param late replicas whose contributions were begun for an earlier round
 * @param bytesMoved payload of its all-gather and reduce-scatter
 * @param computeSeconds the slowest replica's that was not late: time in local steps
 * @param averagingSeconds the rest of the round
 * @param tokens training tokens of this round, all replicas together
 */
public record RoundReport(
    long round,
    int replicas,
    List<StepReport> steps,
    List<SkippedStep> skipped,
    List<LateReplica> late,
    long bytesMoved,
    double computeSeconds,
    double averagingSeconds,
    long tokens) {

  /** Keeps unmodifiable copies. */
  public RoundReport {
    skipped = List.copyOf(skipped);
    late = List.copyOf(late);
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

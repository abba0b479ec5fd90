package dev.kindling.spark.sweep.cluster;

import dev.kindling.spark.sweep.SweepRun;
import java.util.List;

/**
 * A finished run as the analysis of cluster size sees it.
 *
 * @param row of the sweep's table
 * @param group everything that the run sets differently but for W and H; runs of one group are
 *     compared
 * @param steps that every replica took
 * @param ranks tasks that had to run at once: W, times the ranks of a replica
 * @param curve its validation losses, in the order of time
 */
public record ClusterRun(
    SweepRun row, String group, long steps, int ranks, List<ValidationPoint> curve) {
  /** Keeps an unmodifiable copy. */
  public ClusterRun {
    curve = List.copyOf(curve);
  }

  int replicas() {
    return row.replicas();
  }

  int localSteps() {
    return row.localSteps();
  }

  long globalBatch() {
    return (long) row.replicas() * row.replicaBatchSize();
  }
}

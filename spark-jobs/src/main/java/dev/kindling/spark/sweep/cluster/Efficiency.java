package dev.kindling.spark.sweep.cluster;

import java.util.List;
import java.util.Optional;

/**
 * Throughput over W times that of the same run with one replica. With T(W) the time of a step, that
 * is T(1) / (W T(W)) where the global batch is the same, and T(1) / T(W) where the batch of a
 * replica is.
 *
 * @param scaling which of the two; null with one replica
 * @param value the efficiency; null if it cannot be told
 * @param note why it cannot; empty if it can
 */
public record Efficiency(Scaling scaling, Double value, String note) {
  /**
   * Compares a run.
   *
   * @param runs all runs of the sweep, this one too
   */
  public static Efficiency of(ClusterRun run, List<ClusterRun> runs) {
    if (run.row().slots() < run.ranks()) {
      return new Efficiency(
          null,
          null,
          run.ranks() + " ranks took turns on " + run.row().slots() + " slots: no efficiency");
    }
    if (run.replicas() == 1) {
      return new Efficiency(null, 1.0, "");
    }
    for (Scaling scaling : Scaling.values()) {
      Optional<ClusterRun> one = alone(run, runs, scaling);
      if (one.isPresent()) {
        double ideal = run.replicas() * one.get().row().tokensPerSecond();
        return new Efficiency(scaling, run.row().tokensPerSecond() / ideal, "");
      }
    }
    return new Efficiency(null, null, "no run with one replica and the same local steps");
  }

  private static Optional<ClusterRun> alone(
      ClusterRun run, List<ClusterRun> runs, Scaling scaling) {
    return runs.stream()
        .filter(other -> other.replicas() == 1 && other.row().slots() >= other.ranks())
        .filter(other -> other.group().equals(run.group()))
        .filter(other -> other.localSteps() == run.localSteps())
        .filter(
            other ->
                switch (scaling) {
                  case STRONG -> other.globalBatch() == run.globalBatch();
                  case WEAK -> other.row().replicaBatchSize() == run.row().replicaBatchSize();
                })
        .findFirst();
  }
}

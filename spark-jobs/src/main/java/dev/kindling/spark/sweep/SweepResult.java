package dev.kindling.spark.sweep;

import dev.kindling.spark.sweep.cluster.ClusterSize;
import dev.kindling.spark.sweep.fit.FitSummary;
import java.util.List;
import java.util.Optional;

/**
 * What a sweep came to.
 *
 * @param runs the table: every finished run of the directory
 * @param failed the runs of this call that failed
 * @param fit the scaling law, if the table tells one
 * @param noFit why it does not; empty if it does
 * @param cluster what the size of the cluster does
 */
public record SweepResult(
    List<SweepRun> runs,
    List<FailedRun> failed,
    Optional<FitSummary> fit,
    String noFit,
    ClusterSize cluster) {
  /** Keeps unmodifiable copies. */
  public SweepResult {
    runs = List.copyOf(runs);
    failed = List.copyOf(failed);
  }
}

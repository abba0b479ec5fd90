package dev.kindling.spark.train;

import java.util.List;

/**
 * Tells of steps that replicas left out, and ends a run of which nothing else comes.
 *
 * @param run who hears it, and how much is too much
 * @param history with all rounds so far
 */
record SkipWatch(RunContext run, RunHistory history) {
  private static final int TOLD_PER_ROUND = 3;

  /**
   * @throws TrainingDivergedException if a replica has left out too many steps one after the other;
   *     the metrics were written then
   */
  void roundFinished(RoundReport report) {
    tell(report.skipped());
    int limit = run.plan().training().maxConsecutiveSkips();
    for (SkippedStep step : report.skipped()) {
      int inARow = history.losses().skippedInARow(step.replica());
      if (inARow >= limit) {
        run.directory().writeMetrics(history);
        throw new TrainingDivergedException(
            "Training has diverged; the last checkpoint stays. A replica left out "
                + inARow
                + " steps one after the other, but training.maxConsecutiveSkips is "
                + limit
                + "; "
                + step.describe());
      }
    }
  }

  private void tell(List<SkippedStep> skipped) {
    skipped.stream()
        .limit(TOLD_PER_ROUND)
        .forEach(step -> run.listener().warning("a step was left out: " + step.describe()));
    if (skipped.size() > TOLD_PER_ROUND) {
      run.listener()
          .warning(skipped.size() + " steps were left out in this round, see metrics.jsonl");
    }
  }
}

package dev.kindling.spark.sweep;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.spark.train.RunSummary;

/**
 * A finished run: the content of its {@value #FILE}. It is the last file of a run.
 *
 * @param row of the sweep's table, without the efficiency, which is known from other runs
 * @param steps that every replica took
 * @param ranks tasks that ran at once, if the cluster had slots for all
 * @param config what decided the outcome, by full key
 */
record RunRecord(SweepRun row, long steps, int ranks, ObjectNode config) {
  static final String FILE = "sweep-run.json";

  static RunRecord of(SweepEntry entry, PlannedRun planned, RunSummary summary, int slots) {
    SweepRun row =
        new SweepRun(
            entry.run(),
            entry.directory(),
            entry.text(),
            planned.parameters(),
            planned.nonEmbeddingParameters(),
            summary.tokens(),
            planned.flops(),
            summary.validationLoss(),
            planned.config().parallel().dataParallel(),
            planned.config().dataParallelism().localSteps(),
            planned.config().training().batchSize(),
            slots,
            summary.seconds(),
            summary.computeSeconds(),
            summary.averagingSeconds(),
            summary.tokensPerSecond(),
            null,
            summary.bytesMoved());
    return new RunRecord(
        row,
        summary.steps(),
        planned.config().parallel().mesh().numRanks(),
        PlannedRun.decisive(planned.config()));
  }
}

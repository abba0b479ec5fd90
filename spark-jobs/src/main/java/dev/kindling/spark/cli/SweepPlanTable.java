package dev.kindling.spark.cli;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.config.TrainingConfig;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.sweep.PlannedRun;
import dev.kindling.spark.sweep.SweepPlan;
import dev.kindling.spark.sweep.SweepRun;
import dev.kindling.spark.sweep.fit.Figures;
import dev.kindling.spark.sweep.fit.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;

/** A sweep in numbers, before it is run. */
final class SweepPlanTable {
  private final Configuration hadoop;
  private final SweepPlan plan;

  SweepPlanTable(Configuration hadoop, SweepPlan plan) {
    this.hadoop = hadoop;
    this.plan = plan;
  }

  List<String> lines() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of("", "settings", "parameters", "tokens", "steps", "batch", "FLOPs", "per rank"));
    for (PlannedRun run : plan.runs()) {
      TrainingConfig training = run.config().training();
      rows.add(
          List.of(
              String.valueOf(rows.size()),
              SweepRun.briefly(run.settings()),
              Words.number(run.parameters()),
              Words.number(run.tokens()),
              Words.number(training.steps()),
              run.config().parallel().dataParallel() + " x " + training.batchSize(),
              Figures.of(run.flops()),
              Words.bytes(run.rankBytes())));
    }
    List<String> lines = new ArrayList<>(new TextTable(rows).lines());
    lines.add(
        Words.count(plan.runs().size(), "run")
            + ", "
            + Words.count(plan.runs().stream().mapToLong(PlannedRun::tokens).sum(), "token")
            + ", "
            + Figures.of(plan.flops())
            + " FLOPs in all; where replicas vary, "
            + switch (plan.scaling()) {
              case STRONG -> "the global batch stays (strong scaling)";
              case WEAK -> "the batch of a replica stays (weak scaling)";
            });
    noteRounding(lines);
    noteEpochs(lines);
    noteDecay(lines);
    return lines;
  }

  private void noteRounding(List<String> lines) {
    List<String> rounded =
        plan.runs().stream()
            .filter(run -> run.tokens() != run.tokensAsked())
            .map(run -> Words.number(run.tokensAsked()) + " to " + Words.number(run.tokens()))
            .distinct()
            .toList();
    if (!rounded.isEmpty()) {
      lines.add("note: tokens are rounded up to whole steps: " + String.join(", ", rounded));
    }
  }

  private void noteEpochs(List<String> lines) {
    double trainTokens =
        Manifest.require(hadoop, plan.tokens(), "tokens")
            .details()
            .at("/splits/train/tokens")
            .asDouble();
    double epochs =
        plan.runs().stream().mapToLong(PlannedRun::tokens).max().orElse(0) / trainTokens;
    if (epochs > 1) {
      lines.add(
          String.format(
              Locale.ROOT,
              "note: the longest run reads the train split %.1f times; the law is about tokens that"
                  + " are new",
              epochs));
    }
  }

  /** A schedule that ends elsewhere makes losses of different lengths incomparable. */
  private void noteDecay(List<String> lines) {
    long numOff =
        plan.runs().stream()
            .map(run -> run.config().training())
            .filter(training -> training.optimizer().decaySteps() != training.steps())
            .count();
    if (numOff > 0) {
      lines.add(
          "note: the learning rate of "
              + Words.count(numOff, "run")
              + " does not decay to the last step; set training.optimizer.decaySteps to 0, and"
              + " warmupSteps to less than the steps");
    }
  }
}

package dev.kindling.spark.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.sweep.Sweep;
import dev.kindling.spark.sweep.SweepListener;
import dev.kindling.spark.sweep.SweepPlan;
import dev.kindling.spark.sweep.SweepResult;
import dev.kindling.spark.sweep.SweepRun;
import dev.kindling.spark.sweep.report.SweepReport;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** A sweep on the console: a line for every run, then what the runs say together. */
final class Sweeping {
  private final Console console;
  private final SparkSession spark;

  Sweeping(Console console, SparkSession spark) {
    this.console = console;
    this.spark = spark;
  }

  /**
   * Runs what is missing, and shows the results.
   *
   * @param data what became of the text before, for the reports of the runs
   */
  SweepResult run(SweepPlan plan, Path output, ObjectNode data) {
    SweepResult result =
        Sweep.run(
            spark,
            plan,
            output,
            (config, run) ->
                new Pretraining(console, spark, config, run).runBriefly(plan.tokens(), data),
            new Progress(plan.runs().size()));
    show(result, output);
    return result;
  }

  private void show(SweepResult result, Path output) {
    if (!result.cluster().rows().isEmpty()) {
      console.line("");
      console.line("Cluster size");
      result.cluster().lines().forEach(line -> console.line("  %s", line));
    }
    console.line("");
    result.fit().ifPresent(fit -> fit.lines().forEach(line -> console.line("%s", line)));
    if (result.fit().isEmpty()) {
      console.line("no scaling law: %s", result.noFit());
    }
    if (!result.failed().isEmpty()) {
      console.line("");
      console.line(
          "%s failed; the same command tries again", Words.count(result.failed().size(), "run"));
      result.failed().forEach(run -> console.line("  %s: %s", run.settings(), run.reason()));
    }
    console.line("");
    report(result, output).forEach(line -> console.line("%s", line));
    for (String file : List.of("runs.csv", "runs.parquet", "cluster.json", SweepReport.PAGE)) {
      console.line("%-13s %s", file, new Path(output, file));
    }
    Next.print(console, "kindling fit --input " + new Path(output, "runs.csv") + " --budget FLOPS");
  }

  private List<String> report(SweepResult result, Path output) {
    List<String> failed =
        result.failed().stream()
            .map(run -> SweepRun.briefly(run.settings()) + ": " + run.reason())
            .toList();
    return new SweepReport(
            output.getName(), result.runs(), failed, result.fit(), result.noFit(), result.cluster())
        .write(spark.sparkContext().hadoopConfiguration(), output);
  }

  private final class Progress implements SweepListener {
    private final int numRuns;

    private Progress(int numRuns) {
      this.numRuns = numRuns;
    }

    @Override
    public void runStarted(int place, String settings) {
      console.line("%-13s %s", placeOf(place), SweepRun.briefly(settings));
    }

    @Override
    public void runFinished(int place, SweepRun row, boolean before, double secondsLeft) {
      if (before) {
        console.line("%-13s %s", placeOf(place), SweepRun.briefly(row.settings()));
      }
      console.line(
          "%-13s %sloss %s, %s tokens/s, %s%s",
          "",
          before ? "finished already: " : "",
          String.format(Locale.ROOT, "%.4f", row.loss()),
          Words.number(Math.round(row.tokensPerSecond())),
          Words.duration(row.seconds()),
          secondsLeft > 0 ? "; about " + Words.duration(secondsLeft) + " left" : "");
    }

    @Override
    public void runFailed(int place, String settings, String reason) {
      console.line("%-13s FAILED: %s", "", reason);
    }

    private String placeOf(int place) {
      return place + " of " + numRuns;
    }
  }
}

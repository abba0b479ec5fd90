package dev.kindling.spark.cli;

import dev.kindling.spark.sweep.fit.FitJob;
import dev.kindling.spark.sweep.fit.FitSettings;
import dev.kindling.spark.sweep.fit.FitSummary;
import dev.kindling.spark.sweep.fit.RunColumns;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Scaling laws from a table of runs. */
@Command(
    name = "fit",
    description = {
      "Fits scaling laws to a table of runs (CSV with a header): L = E + A / N^α + B / D^β with"
          + " confidence intervals, Kaplan's power laws and IsoFLOP profiles beside it, and the best"
          + " numbers of parameters and tokens for a budget. Needs no cluster."
    },
    footer = {"Example:", "  kindling fit --input runs.csv --budget 1e21 --output runs/fit"})
final class FitCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--input",
      paramLabel = "FILE",
      required = true,
      description = "One run a line, with a header; further columns do not matter.")
  private Path input;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Gets fit.json with every estimate and interval, and report.html.")
  private Path output;

  @Option(
      names = "--parameters",
      paramLabel = "COLUMN",
      defaultValue = "parameters",
      description = "Column of the model's parameters, N (default: ${DEFAULT-VALUE}).")
  private String parameters;

  @Option(
      names = "--tokens",
      paramLabel = "COLUMN",
      defaultValue = "tokens",
      description = "Column of the tokens trained on, D (default: ${DEFAULT-VALUE}).")
  private String tokens;

  @Option(
      names = "--loss",
      paramLabel = "COLUMN",
      defaultValue = "loss",
      description = "Column of the final loss, L (default: ${DEFAULT-VALUE}).")
  private String loss;

  @Option(
      names = "--budget",
      paramLabel = "FLOPS",
      description = "Compute to spend, C = 6 N D: tells the best N and D. Repeatable.")
  private List<Double> budgets = new ArrayList<>();

  @Option(
      names = "--extrapolate",
      description = "Budgets may lie more than 10 times beyond the table.")
  private boolean extrapolate;

  @Option(
      names = "--bootstrap",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Resampled tables behind the intervals (default: ${DEFAULT-VALUE}).")
  private int numResamples;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of the resampling (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Override
  public Integer call() {
    FitSettings settings =
        new FitSettings(
            new RunColumns(parameters, tokens, loss), budgets, extrapolate, numResamples, seed);
    FitSummary summary =
        FitJob.run(Hadoop.configuration(), input, settings, Optional.ofNullable(output));
    Console console = Console.on(spec.commandLine().getOut());
    summary.lines().forEach(console::line);
    return Kindling.OK;
  }
}

package dev.kindling.spark.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.sweep.Sweep;
import dev.kindling.spark.sweep.SweepPlan;
import dev.kindling.spark.sweep.SweepResult;
import dev.kindling.spark.sweep.SweepSpec;
import dev.kindling.spark.sweep.cluster.Scaling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Many training runs and what they say together. */
@Command(
    name = "sweep",
    subcommands = SimulateCommand.class,
    description = {
      "Trains a model for every combination of settings, one after the other, and keeps one table of"
          + " all runs (runs.csv, runs.parquet). Then fits the scaling law, and compares cluster"
          + " sizes: efficiency, loss at equal tokens and loss at equal wall-clock.",
      "What may vary is any key of the configuration, and tokens (D), replicas (W) and localSteps"
          + " (H). Run the same command again to go on after an interruption; add values to add"
          + " runs. Ends with exit code 1 if a run has failed.",
      "For clusters that one does not have, `kindling sweep --simulate` predicts throughput and the"
          + " best mesh: `kindling sweep --simulate --help`."
    },
    footer = {
      "Example:",
      "  kindling sweep --input runs/tokens --output runs/sweep \\",
      "      --vary model.numLayers=2,4,8 --vary tokens=1e6,2e6,4e6 --dry-run"
    })
final class SweepCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--input",
      paramLabel = "DIR",
      description = "Token shards that all runs train on: the output of `kindling tokenize`.")
  private Path input;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "The sweep's directory: one directory per run and the tables go there.")
  private Path output;

  @Option(
      names = "--sweep",
      paramLabel = "FILE",
      description = "YAML file with a grid or a list of runs; docs/sweeps.md says how.")
  private java.nio.file.Path file;

  @Option(
      names = "--vary",
      paramLabel = "KEY=VALUE,...",
      description =
          "One more axis of the grid, such as tokens=1e6,2e6 or training.batchSize=8,16."
              + " Repeatable.")
  private List<String> vary = new ArrayList<>();

  @Option(
      names = "--scaling",
      paramLabel = "strong|weak",
      description =
          "What stays when replicas vary: the global batch (strong, the default) or the batch of a"
              + " replica (weak). The tokens stay in either case.")
  private String scaling;

  @Override
  public Integer call() {
    requireDirectories();
    Configuration hadoop = Hadoop.configuration();
    SweepSpec sweep = SweepSpec.of(Optional.ofNullable(file), vary, scaling());
    SweepPlan plan = SweepPlan.of(hadoop, input, sweep, common.file(), common.settings());
    Console console = Console.on(spec.commandLine().getOut());
    int numFinished = Sweep.numFinished(hadoop, plan, output);
    new SweepPlanTable(hadoop, plan).lines().forEach(console::line);
    if (common.isDryRun()) {
      console.line("dry run: nothing is written to %s", output);
      return Kindling.OK;
    }
    if (numFinished > 0) {
      console.line("%d of %d runs are finished already", numFinished, plan.runs().size());
    }
    ObjectNode data = Manifest.newDetails();
    data.set("tokens", Manifest.require(hadoop, input, "tokens").details());
    try (SparkSession spark = common.openSpark("sweep")) {
      SweepResult result = new Sweeping(console, spark).run(plan, output, data);
      return result.failed().isEmpty() ? Kindling.OK : Kindling.FAILED;
    }
  }

  /** By hand, since the subcommand does without. */
  private void requireDirectories() {
    if (input == null || output == null) {
      throw new ParameterException(
          spec.commandLine(),
          "Missing required option: '" + (input == null ? "--input" : "--output") + "=DIR'");
    }
  }

  private Optional<Scaling> scaling() {
    if (scaling == null) {
      return Optional.empty();
    }
    return Optional.of(
        Arrays.stream(Scaling.values())
            .filter(each -> each.toString().equals(scaling))
            .findFirst()
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        "--scaling " + scaling, "strong or weak", "choose one of them")));
  }
}

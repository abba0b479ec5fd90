package dev.kindling.spark.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Training on clusters that one does not have. */
@Command(
    name = SimulateCommand.NAME,
    description = {
      "Predicts what training would take on larger clusters: the step, the throughput, the efficiency"
          + " and the memory of an executor, for every strategy, mesh and schedule. Prints which is"
          + " best for each size, and what the next best loses by. Needs no cluster."
    },
    footer = {
      "Example:",
      "  kindling sweep --simulate --run runs/run --bandwidth 25 --executor-memory 16g --output ways.csv"
    })
final class SimulateCommand implements Callable<Integer> {
  /** It stands behind {@code sweep} as an option would, with options of its own behind it. */
  static final String NAME = "--simulate";

  @Spec private CommandSpec spec;
  @Mixin private SimulateOptions options;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "YAML file with the model and its training (default: that of --run).")
  private Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "One setting, laid over the file, such as model.numLayers=12. Repeatable.")
  private List<String> settings = new ArrayList<>();

  @Override
  public Integer call() {
    options.simulate(spec, Optional.ofNullable(config), settings);
    return Kindling.OK;
  }
}

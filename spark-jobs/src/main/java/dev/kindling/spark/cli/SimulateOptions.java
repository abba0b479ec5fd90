package dev.kindling.spark.cli;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.config.DataParallelismConfig.Mode;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.sweep.simulate.Calibration;
import dev.kindling.spark.sweep.simulate.Candidates;
import dev.kindling.spark.sweep.simulate.ClusterSimulator;
import dev.kindling.spark.sweep.simulate.MeasuredRun;
import dev.kindling.spark.sweep.simulate.Rates;
import dev.kindling.spark.sweep.simulate.RunCheck;
import dev.kindling.spark.sweep.simulate.Simulation;
import dev.kindling.spark.sweep.simulate.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.network.util.JavaUtils;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What a simulated cluster is like, and what is asked about it. */
final class SimulateOptions {
  /** DL4J's strategy is not: its rounds go through the driver. */
  private static final List<Mode> SIMULATED = List.of(Mode.AVERAGING, Mode.SYNCHRONOUS);

  private static final double BYTES_PER_GIGABIT = 1e9 / 8;
  private static final double BYTES_PER_MEGABYTE = 1e6;
  private static final double DEFAULT_ROUND_SECONDS = 0.5;

  @Option(
      names = "--run",
      paramLabel = "DIR",
      description =
          "A measured run of `kindling pretrain`, best with one replica: the time of a token and"
              + " Spark's time for a round are taken from it, and so are its settings where there is"
              + " no --config.")
  private Path run;

  @Option(
      names = "--tokens-per-second",
      paramLabel = "N",
      description = "What one executor trains while it computes, if there is no --run.")
  private Double tokensPerSecond;

  @Option(
      names = "--vocabulary",
      paramLabel = "N",
      description =
          "Ids of the tokenizer (default: those of the run, else what tokenizer.vocabSize says).")
  private Integer vocabulary;

  @Option(
      names = "--executors",
      paramLabel = "N",
      split = ",",
      defaultValue = "8,16,32,64,128,256,512,1024,2048,4096",
      description = "Sizes of the cluster (default: ${DEFAULT-VALUE}).")
  private List<Integer> executors;

  @Option(
      names = "--strategy",
      paramLabel = "NAME",
      description = "averaging or synchronous alone (default: both).")
  private String strategy;

  @Option(
      names = "--global-batch",
      paramLabel = "SEQUENCES",
      description =
          "Of all replicas in a step, whatever the size of the cluster. Default: training.batchSize"
              + " for every executor.")
  private Integer globalBatch;

  @Option(
      names = "--executor-memory",
      paramLabel = "SIZE",
      description = "Heap and all beside it, such as 16g: what needs more is left out.")
  private String executorMemory;

  @Option(
      names = "--bandwidth",
      paramLabel = "GBIT",
      defaultValue = "10",
      description = "Of an executor's network, each way, in Gbit/s (default: ${DEFAULT-VALUE}).")
  private double bandwidth;

  @Option(
      names = "--latency",
      paramLabel = "SECONDS",
      defaultValue = "1e-4",
      description = "Of a message, beside its bytes (default: ${DEFAULT-VALUE}).")
  private double latency;

  @Option(
      names = "--shuffle-rate",
      paramLabel = "MB",
      defaultValue = "350",
      description =
          "MB/s that an executor writes and reads in Spark's shuffles (default: ${DEFAULT-VALUE}).")
  private double shuffleRate;

  @Option(
      names = "--message-rate",
      paramLabel = "MB",
      defaultValue = "1200",
      description =
          "MB/s that ranks exchange if the network is fast enough (default: ${DEFAULT-VALUE}).")
  private double messageRate;

  @Option(
      names = "--round-seconds",
      paramLabel = "SECONDS",
      description =
          "Spark's time for a round beside its shuffles (default: that of --run, else 0.5).")
  private Double roundSeconds;

  @Option(
      names = "--barrier-seconds",
      paramLabel = "SECONDS",
      defaultValue = "1",
      description = "How much more that is where ranks talk (default: ${DEFAULT-VALUE}).")
  private double barrierSeconds;

  @Option(
      names = "--task-seconds",
      paramLabel = "SECONDS",
      defaultValue = "1e-3",
      description = "Of the driver, for each task (default: ${DEFAULT-VALUE}).")
  private double taskSeconds;

  @Option(
      names = "--spread",
      paramLabel = "SIGMA",
      defaultValue = "0",
      description =
          "Standard deviation of the logarithm of executors' times for the same work (default:"
              + " ${DEFAULT-VALUE}: all are as fast).")
  private double spread;

  @Option(names = "--all", description = "Print every way, and not only the best of each size.")
  private boolean all;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "A new file with every way: .csv or .json.")
  private Path output;

  @Option(
      names = "--check",
      paramLabel = "DIR",
      description =
          "A measured run, to be printed beside what is predicted for it. Repeatable; without --run"
              + " the first one calibrates.")
  private List<Path> checks = new ArrayList<>();

  /**
   * Simulates, and prints.
   *
   * @param config a YAML file; empty for the settings of the run, or else the defaults
   * @param settings laid over it
   */
  void simulate(CommandSpec command, Optional<java.nio.file.Path> config, List<String> settings) {
    Console console = Console.on(command.commandLine().getOut());
    Configuration hadoop = Hadoop.configuration();
    if (!checks.isEmpty()) {
      requireNothingElse(config.isPresent() || !settings.isEmpty());
      RunCheck.lines(checked(hadoop)).forEach(console::line);
      return;
    }
    Function<Simulation, String> format = format();
    Prepared prepared = prepare(hadoop, config, settings);
    Workload workload = prepared.workload();
    ClusterSimulator simulator = new ClusterSimulator(workload, prepared.rates(), executorMemory());
    OptionalInt batch = globalBatch == null ? OptionalInt.empty() : OptionalInt.of(globalBatch);
    Candidates candidates = new Candidates(workload, strategies(), batch);
    Simulation simulation = Simulation.run(simulator, candidates, executors);
    if (output != null) {
      TextOutput.write(hadoop, command, output, format.apply(simulation));
    }
    console.line(
        "%,d parameters; one executor: %,.0f tokens/s; a round: %d local steps, %.2f s of Spark",
        workload.model().numParameters(),
        1 / workload.secondsPerToken(),
        workload.replicas().localSteps(),
        prepared.rates().roundSeconds());
    (all ? simulation.all() : simulation.best()).forEach(console::line);
  }

  private void requireNothingElse(boolean hasSettings) {
    if (hasSettings || all || output != null) {
      throw new InvalidInputException(
          "--check was given with --config, --set, --all or --output",
          "the settings that the runs were made with, and one table of them",
          "leave these out to check runs, or --check to simulate");
    }
  }

  private record Prepared(Workload workload, Rates rates) {}

  private Prepared prepare(
      Configuration hadoop, Optional<java.nio.file.Path> file, List<String> settings) {
    if (run != null && tokensPerSecond != null) {
      throw new InvalidInputException(
          "--run and --tokens-per-second were given", "one of them", "leave the other out");
    }
    if (run != null) {
      MeasuredRun measured = MeasuredRun.read(hadoop, run);
      RunConfig config =
          file.isEmpty() ? measured.configWith(settings) : ConfigLoader.load(file, settings);
      int ids = vocabulary == null ? measured.vocabulary() : vocabulary;
      Calibration calibration = calibration(measured);
      return new Prepared(calibration.workload(config, ids), calibration.rates());
    }
    if (tokensPerSecond == null) {
      throw new InvalidInputException(
          "neither --run nor --tokens-per-second was given",
          "how fast one executor is",
          "train a few rounds with one replica, and name the run: --run DIR");
    }
    RunConfig config = ConfigLoader.load(file, settings);
    int ids = vocabulary == null ? config.tokenizer().vocabSize() : vocabulary;
    return new Prepared(
        Calibration.workload(config, ids, 1 / tokensPerSecond), rates(DEFAULT_ROUND_SECONDS));
  }

  private List<RunCheck> checked(Configuration hadoop) {
    List<MeasuredRun> runs = checks.stream().map(path -> MeasuredRun.read(hadoop, path)).toList();
    Calibration calibration =
        calibration(run == null ? runs.get(0) : MeasuredRun.read(hadoop, run));
    return runs.stream().map(each -> RunCheck.of(each, calibration)).toList();
  }

  private Calibration calibration(MeasuredRun measured) {
    return Calibration.on(measured, rates(0), roundSeconds != null);
  }

  /**
   * What the options say.
   *
   * @param otherwise Spark's time for a round where none of them says it
   */
  private Rates rates(double otherwise) {
    return new Rates(
        bandwidth * BYTES_PER_GIGABIT,
        latency,
        shuffleRate * BYTES_PER_MEGABYTE,
        messageRate * BYTES_PER_MEGABYTE,
        roundSeconds == null ? otherwise : roundSeconds,
        barrierSeconds,
        taskSeconds,
        spread);
  }

  private List<Mode> strategies() {
    if (strategy == null) {
      return SIMULATED;
    }
    return SIMULATED.stream()
        .filter(mode -> mode.toString().equals(strategy))
        .findFirst()
        .map(List::of)
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "--strategy is '" + strategy + "'",
                    "one of " + SIMULATED,
                    "choose one, or leave it out for both"));
  }

  private OptionalLong executorMemory() {
    if (executorMemory == null) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(JavaUtils.byteStringAsBytes(executorMemory));
    } catch (NumberFormatException e) {
      throw new InvalidInputException(
          "--executor-memory is '" + executorMemory + "'", "a size such as 16g", "correct it", e);
    }
  }

  private Function<Simulation, String> format() {
    String name = output == null ? ".csv" : output.getName().toLowerCase(Locale.ROOT);
    if (name.endsWith(".csv")) {
      return Simulation::toCsv;
    }
    if (name.endsWith(".json")) {
      return Simulation::toJson;
    }
    throw new InvalidInputException(
        "--output is " + output, "a file that ends in .csv or .json", "choose one of the two");
  }
}

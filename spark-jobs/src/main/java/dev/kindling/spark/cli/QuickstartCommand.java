package dev.kindling.spark.cli;

import dev.kindling.data.manifest.QualifiedPath;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.sweep.SweepSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The whole way from raw text to scores. */
@Command(
    name = "quickstart",
    description = {
      "Does all steps in one go: raw text, cleaning, tokenizer, token shards, pretraining,"
          + " generation, scoring. Without --input it writes its own corpus first. Run again, it does"
          + " only what is missing.",
      "Ends with exit code 1 if the model is not clearly better than one that only knows how"
          + " frequent each token is."
    },
    footer = {
      "Example:",
      "  kindling quickstart --config conf/quickstart.yaml \\",
      "      --input my-texts/ --output runs/mine"
    })
final class QuickstartCommand implements Callable<Integer> {
  private static final int STORIES = 2000;
  private static final int STORIES_OF_A_SWEEP = 24_000;

  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--input",
      paramLabel = "PATH",
      description =
          "Your own text: .txt, .html, .jsonl (.gz, .zst), .warc(.gz) or .parquet. Repeatable.")
  private List<String> inputs = new ArrayList<>();

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description =
          "Where everything goes (default: runs/quickstart, with --sweep runs/quickstart-sweep, or"
              + " runs/NAME-OF-THE-INPUT with --input).")
  private Path output;

  @Option(
      names = "--documents",
      paramLabel = "N",
      description =
          "Stories of the embedded corpus, without --input (default: 2000; with --sweep 24000, so"
              + " that no run reads a text twice).")
  private Integer documents;

  @Option(
      names = "--sweep",
      paramLabel = "FILE",
      description =
          "Instead of one model, train those of a sweep (docs/sweeps.md), fit the scaling law, and"
              + " compare its E with the entropy of the corpus.")
  private java.nio.file.Path sweep;

  @Override
  public Integer call() {
    RunConfig config = common.load();
    Quickstart quickstart = new Quickstart(config, inputs, numStories(), outputDirectory());
    Console console = Console.on(spec.commandLine().getOut());
    if (sweep != null) {
      return sweep(quickstart, config, console);
    }
    if (common.isDryRun()) {
      quickstart.plan(Plan.of(spec, config)).print();
      return Kindling.OK;
    }
    try (SparkSession spark = common.openSpark("quickstart")) {
      boolean learned = quickstart.run(console, spark);
      return learned ? Kindling.OK : Kindling.FAILED;
    }
  }

  private int sweep(Quickstart quickstart, RunConfig config, Console console) {
    QuickstartSweep runs =
        new QuickstartSweep(
            quickstart,
            SweepSpec.of(Optional.of(sweep), List.of(), Optional.empty()),
            common.file(),
            common.settings());
    if (common.isDryRun()) {
      runs.plan(Plan.of(spec, config)).print();
      return Kindling.OK;
    }
    try (SparkSession spark = common.openSpark("quickstart")) {
      return runs.run(console, spark) ? Kindling.OK : Kindling.FAILED;
    }
  }

  private int numStories() {
    if (documents != null) {
      return documents;
    }
    return sweep == null ? STORIES : STORIES_OF_A_SWEEP;
  }

  /** Different texts get different directories, so that one run never meets another's. */
  private Path outputDirectory() {
    if (output != null) {
      return output;
    }
    if (inputs.isEmpty()) {
      return new Path("runs", sweep == null ? "quickstart" : "quickstart-sweep");
    }
    String name = QualifiedPath.of(Hadoop.configuration(), new Path(inputs.get(0))).getName();
    String stem = name.replaceFirst("(\\.[A-Za-z]+){1,2}$", "");
    return new Path("runs", stem.isEmpty() ? "texts" : stem);
  }
}

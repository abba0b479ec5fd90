package dev.kindling.spark.cli;

import dev.kindling.spark.config.RunConfig;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Raw text to measured text. */
@Command(
    name = "signals",
    description = {
      "Reads raw text (.txt, .html, .jsonl, .warc, .parquet) once and stores it with every quality"
          + " signal as a column. `kindling clean` then judges by the columns, as often as"
          + " thresholds change, without measuring the text again."
    },
    footer = {"Example:", "  kindling signals --input runs/corpus --output runs/signals"})
final class SignalsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--input",
      paramLabel = "PATH",
      required = true,
      description = "A file or directory of raw text. Repeatable.")
  private List<String> inputs;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description = "Where records/ goes.")
  private Path output;

  @Override
  public Integer call() {
    RunConfig config = common.load();
    if (common.isDryRun()) {
      Plan plan = Plan.of(spec, config);
      inputs.forEach(input -> plan.reads("raw text", new Path(input)));
      plan.writes("records", output).print();
      return Kindling.OK;
    }
    Console console = Console.on(spec.commandLine().getOut());
    try (SparkSession spark = common.openSpark("signals")) {
      Steps.signals(console, spark, config, inputs, output);
    }
    Next.print(console, "kindling clean --input " + output + " --explain");
    return Kindling.OK;
  }
}

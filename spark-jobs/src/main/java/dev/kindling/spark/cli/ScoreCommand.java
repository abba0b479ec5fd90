package dev.kindling.spark.cli;

import dev.kindling.spark.config.RunConfig;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A corpus and a trained model to scores. */
@Command(
    name = "score",
    description = {
      "Scores every document of a corpus with a trained model: tokens, log-likelihood, bits per"
          + " byte, perplexity, joined back on the document's id with its own columns, as Parquet.",
      "Cleaned documents keep all of their columns. Raw text (.txt, .jsonl, ...) is scored as it"
          + " stands, markup included: clean it first if that is not wanted."
    },
    footer = {
      "Example:",
      "  kindling score --input runs/documents --checkpoint runs/small \\",
      "      --output runs/scores"
    })
final class ScoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--input",
      paramLabel = "PATH",
      required = true,
      description = "Documents (the output of `kindling clean`), or raw text.")
  private Path input;

  @Option(
      names = "--checkpoint",
      paramLabel = "DIR",
      required = true,
      description = "A run, whose newest checkpoint is taken, or one checkpoint.")
  private Path checkpoint;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description = "Where the scores go.")
  private Path output;

  @Override
  public Integer call() {
    RunConfig config = common.load();
    if (common.isDryRun()) {
      Plan.of(spec, config)
          .reads("documents or raw text", input)
          .reads("run or checkpoint", checkpoint)
          .writes("scores", output)
          .print();
      return Kindling.OK;
    }
    Console console = Console.on(spec.commandLine().getOut());
    try (SparkSession spark = common.openSpark("score")) {
      Steps.score(console, spark, config, input, checkpoint, output);
    }
    Next.print(console, "kindling inspect " + output);
    return Kindling.OK;
  }
}

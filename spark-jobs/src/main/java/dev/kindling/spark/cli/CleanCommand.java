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

/** Raw text to clean documents. */
@Command(
    name = "clean",
    description = {
      "Reads raw text (.txt, .html, .jsonl, .warc, .parquet), normalises it, rejects what"
          + " is not worth learning from and removes duplicates. Rejected and unreadable records are"
          + " kept beside the result, each with its reason."
    },
    footer = {"Example:", "  kindling clean --input runs/corpus --output runs/documents"})
final class CleanCommand implements Callable<Integer> {
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
      description = "Where documents/, rejected/ and quarantined/ go.")
  private Path output;

  @Override
  public Integer call() {
    RunConfig config = common.load();
    if (common.isDryRun()) {
      Plan plan = Plan.of(spec, config);
      inputs.forEach(input -> plan.reads("raw text", new Path(input)));
      plan.writes("documents, rejected, quarantined", output).print();
      return Kindling.OK;
    }
    Console console = Console.on(spec.commandLine().getOut());
    try (SparkSession spark = common.openSpark("clean")) {
      Steps.clean(console, spark, config, inputs, output);
    }
    Next.print(console, "kindling tokenizer --input " + output + " --output DIR");
    return Kindling.OK;
  }
}

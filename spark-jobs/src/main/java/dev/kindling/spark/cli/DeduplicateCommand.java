package dev.kindling.spark.cli;

import dev.kindling.spark.config.RunConfig;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Clean documents without their near-duplicates. */
@Command(
    name = "deduplicate",
    description = {
      "Removes near-duplicates from clean documents by MinHash, and those of an older crawl; repeated"
          + " lines and repeated substrings too where the settings say so. What is removed is kept"
          + " beside the result, with the id of the document that stays; so is an index that the next"
          + " crawl can be held against."
    },
    footer = {"Example:", "  kindling deduplicate --input runs/documents --output runs/unique"})
final class DeduplicateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--input",
      paramLabel = "DIR",
      required = true,
      description = "Documents: the output of `kindling clean`.")
  private Path input;

  @Option(
      names = "--against",
      paramLabel = "DIR",
      description =
          "The output of this command for an older crawl. Its documents stay as they are.")
  private Path older;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description = "Where documents/, rejected/ and index/ go.")
  private Path output;

  @Override
  public Integer call() {
    RunConfig config = common.load();
    if (common.isDryRun()) {
      Plan plan = Plan.of(spec, config).reads("documents", input);
      if (older != null) {
        plan.reads("index of an older crawl", older);
      }
      plan.writes("documents, rejected, index", output).print();
      return Kindling.OK;
    }
    Console console = Console.on(spec.commandLine().getOut());
    try (SparkSession spark = common.openSpark("deduplicate")) {
      Steps.deduplicate(console, spark, config, input, Optional.ofNullable(older), output);
    }
    Next.print(console, "kindling tokenizer --input " + output + " --output DIR");
    return Kindling.OK;
  }
}

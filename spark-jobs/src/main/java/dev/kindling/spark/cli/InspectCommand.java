package dev.kindling.spark.cli;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.inspect.Inspector;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Explains what lies at a path. */
@Command(
    name = "inspect",
    description = {
      "Explains in words any corpus, documents, tokenizer, token shards, checkpoint, scores, word vectors, run or sweep"
          + " directory: what is in it, an example, and what to do next."
    },
    footer = {"Example:", "  kindling inspect runs/quickstart/tokens --verify"})
final class InspectCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Parameters(paramLabel = "PATH", arity = "0..1", description = "What to explain.")
  private Path path;

  @Option(names = "--input", paramLabel = "PATH", description = "The same as PATH.")
  private Path input;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "A new file for the explanation (default: standard output).")
  private Path output;

  @Option(
      names = "--verify",
      description = "Read every file again and compare it with the SHA-256 of its manifest.")
  private boolean verify;

  private SparkSession spark;

  @Override
  public Integer call() {
    RunConfig config = common.load();
    Path target = target();
    if (common.isDryRun()) {
      Plan plan = Plan.of(spec, config).reads("what is explained", target);
      if (output != null) {
        plan.writes("the explanation", output);
      }
      plan.print();
      return Kindling.OK;
    }
    Configuration hadoop = Hadoop.configuration();
    try {
      List<String> lines = new Inspector(hadoop, this::openSpark, verify).explain(target);
      TextOutput.write(hadoop, spec, output, String.join("\n", lines) + "\n");
      return Kindling.OK;
    } finally {
      if (spark != null) {
        spark.stop();
      }
    }
  }

  private Path target() {
    if ((path == null) == (input == null)) {
      throw new InvalidInputException(
          path == null ? "no path was given" : "both PATH and --input were given",
          "one path to explain",
          "kindling inspect PATH");
    }
    return path == null ? input : path;
  }

  /** Only where Parquet has to be read. */
  private SparkSession openSpark() {
    spark = common.openSpark("inspect");
    return spark;
  }
}

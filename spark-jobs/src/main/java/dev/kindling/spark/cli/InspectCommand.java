package dev.kindling.spark.cli;

import dev.kindling.spark.inspect.Inspector;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Explains what lies at a path. */
@Command(
    name = "inspect",
    description = {
      "Explains in words any corpus, documents, tokenizer, token shards, checkpoint, scores or run"
          + " directory: what is in it, an example, and what to do next."
    },
    footer = {"Example:", "  kindling inspect runs/quickstart/tokens --verify"})
final class InspectCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "PATH", description = "What to explain.")
  private Path path;

  @Option(
      names = "--verify",
      description = "Read every file again and compare it with the SHA-256 of its manifest.")
  private boolean verify;

  @Option(
      names = "--master",
      paramLabel = "URL",
      defaultValue = "local[1]",
      description = "Where Spark runs, where Parquet has to be read (default: ${DEFAULT-VALUE}).")
  private String master;

  private SparkSession spark;

  @Override
  public Integer call() {
    try {
      Inspector inspector = new Inspector(new Configuration(), this::openSpark, verify);
      inspector.explain(path).forEach(spec.commandLine().getOut()::println);
      return Kindling.OK;
    } finally {
      if (spark != null) {
        spark.stop();
      }
    }
  }

  private SparkSession openSpark() {
    spark = SparkSessions.open("kindling inspect", Optional.of(master));
    return spark;
  }
}

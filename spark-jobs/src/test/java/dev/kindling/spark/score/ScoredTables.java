package dev.kindling.spark.score;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.cli.CommandLineRun;
import dev.kindling.spark.cli.TinyQuickstart;
import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.score.plan.ScoreMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Tables in a directory, and their scores by the job. */
final class ScoredTables {
  private static final Map<String, Path> TRAINED = new HashMap<>();

  private final SparkSession spark;
  private final java.nio.file.Path directory;

  ScoredTables(SparkSession spark, java.nio.file.Path directory) {
    this.spark = spark;
    this.directory = directory;
  }

  /** A GPT with an end-of-text token and a context of 32 tokens. */
  static Path gpt() {
    return new Path(TinyQuickstart.get().step("run").toUri());
  }

  /** A BERT on the same tokens; opens and closes a session of its own when first asked for. */
  static Path bert() {
    return trained("bert");
  }

  /** An ELMo on the same tokens; opens and closes a session of its own when first asked for. */
  static Path elmo() {
    return trained(
        "elmo",
        "model.hiddenSize=16",
        "dataParallelism.mode=dl4j",
        "dataParallelism.innerState=average");
  }

  private static synchronized Path trained(String architecture, String... more) {
    return TRAINED.computeIfAbsent(architecture, absent -> train(architecture, more));
  }

  private static Path train(String architecture, String... more) {
    try {
      java.nio.file.Path run = Files.createTempDirectory("tiny-" + architecture).resolve("run");
      List<Object> command =
          new ArrayList<>(List.of("pretrain", "--input", TinyQuickstart.get().step("tokens")));
      command.addAll(List.of("--output", run, "--master", "local[2]"));
      List<String> settings =
          new ArrayList<>(
              List.of(
                  "model.architecture=" + architecture,
                  "model.contextLength=32",
                  "model.numLayers=1",
                  "model.numHeads=2",
                  "model.embeddingSize=16",
                  "training.steps=4",
                  "training.batchSize=4",
                  "dataParallelism.localSteps=2"));
      settings.addAll(List.of(more));
      settings.forEach(setting -> command.addAll(List.of("--set", setting)));
      CommandLineRun pretrained = CommandLineRun.kindling(command.toArray());
      if (pretrained.exitCode() != 0) {
        throw new AssertionError(pretrained.err());
      }
      return new Path(run.toUri());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A table of JSON lines. */
  Path jsonLines(String name, String... lines) {
    try {
      java.nio.file.Path file = directory.resolve(name + ".jsonl");
      // Single quotes are easier to read here.
      Files.writeString(file, String.join("\n", lines).replace('\'', '"') + "\n");
      return new Path(file.toUri());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Scores a table with these settings. */
  Manifest score(ScoreMode mode, Path model, Path input, String output, String... settings) {
    return score(mode, model, input, Optional.empty(), output, settings);
  }

  Manifest score(
      ScoreMode mode,
      Path model,
      Path input,
      Optional<Path> examples,
      String output,
      String... settings) {
    return ScoreJob.run(
        spark,
        ConfigLoader.load(Optional.empty(), List.of(settings)),
        mode,
        input,
        examples,
        model,
        path(output));
  }

  /** The rows of an output, by their ids and numbers of shots. */
  List<Row> rows(String output) {
    var table = spark.read().parquet(new Path(path(output), ScoreJob.SCORES).toString());
    return List.of(table.columns()).contains("shots")
        ? table.orderBy("id", "shots").collectAsList()
        : table.orderBy("id").collectAsList();
  }

  Path path(String name) {
    return new Path(directory.resolve(name).toUri());
  }
}

package dev.kindling.spark.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.config.Generation;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.generations.FailedModel;
import dev.kindling.spark.generations.Generations;
import dev.kindling.spark.generations.GenerationsListener;
import dev.kindling.spark.generations.GenerationsPlan;
import dev.kindling.spark.generations.GenerationsResult;
import dev.kindling.spark.generations.GenerationsTable;
import dev.kindling.spark.generations.ModelRow;
import dev.kindling.spark.generations.PlannedModel;
import dev.kindling.spark.generations.Trainer;
import dev.kindling.spark.generations.Verdict;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.sweep.fit.TextTable;
import dev.kindling.spark.train.RunSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** The generations on the console: what every model's own command shows, then the table. */
final class Generating implements Trainer, GenerationsListener {
  private final Console console;
  private final SparkSession spark;
  private final GenerationsPlan plan;
  private final ObjectNode data;

  /**
   * @param data what became of the text before, for the reports of the models
   */
  Generating(Console console, SparkSession spark, GenerationsPlan plan, ObjectNode data) {
    this.console = console;
    this.spark = spark;
    this.plan = plan;
    this.data = data;
  }

  /** Trains what is missing, and shows the results. */
  GenerationsResult run(Path output, OptionalDouble entropy) {
    GenerationsResult result = Generations.run(spark, plan, output, entropy, this, this);
    console.line("");
    print(GenerationsTable.of(result.rows(), result.entropy(), result.heldOut()).lines());
    print(GenerationsTable.NOTES.stream().map(note -> "note: " + note).toList());
    console.line("");
    console.line("In the order of history");
    print(Verdict.of(result.rows()).lines().stream().map(line -> "  " + line).toList());
    console.line("");
    console.line("What each generation bought");
    print(history());
    if (!result.failed().isEmpty()) {
      console.line("");
      console.line(
          "%s failed; the same command tries again", Words.count(result.failed().size(), "model"));
      print(
          result.failed().stream()
              .map(each -> "  " + each.model() + ": " + each.reason())
              .toList());
    }
    console.line("");
    print(result.missingImages());
    for (String file : List.of(GenerationsTable.CSV, "report.html")) {
      console.line("%-15s %s", file, new Path(output, file));
    }
    Next.print(console, "kindling inspect " + output);
    return result;
  }

  private static List<String> history() {
    List<List<String>> rows = new ArrayList<>();
    for (Generation generation : Generation.values()) {
      rows.add(List.of("  " + generation, generation.bought() + " (" + generation.paper() + ")"));
    }
    return new TextTable(rows).lines();
  }

  private void print(List<String> lines) {
    lines.forEach(line -> console.line("%s", line));
  }

  @Override
  public RunSummary pretrain(RunConfig config, Path output) {
    return new Pretraining(console, spark, config, output).run(plan.tokens(), data);
  }

  @Override
  public Manifest ngram(RunConfig config, Path output) {
    return Steps.ngram(console, spark, config, plan.tokens(), output);
  }

  @Override
  public Manifest wordVectors(RunConfig config, Path output) {
    return Steps.wordVectors(console, spark, config, plan.tokens(), output);
  }

  @Override
  public void modelStarted(int place, PlannedModel model) {
    console.line("%d of %-8d %s", place, plan.models().size(), model.generation());
  }

  @Override
  public void modelFinished(int place, ModelRow row, boolean before) {
    if (before) {
      console.line("%d of %-8d %s: finished already", place, plan.models().size(), row.model());
    }
  }

  @Override
  public void modelFailed(int place, FailedModel failed) {
    console.line("%-13s FAILED: %s", "", failed.reason());
  }
}

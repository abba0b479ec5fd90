package dev.kindling.spark.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.sample.SampleCorpusConfig;
import dev.kindling.spark.config.Architecture;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.report.RunFiles;
import dev.kindling.spark.report.ScoreWords;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.score.plan.ScoreMode;
import dev.kindling.spark.train.RunSummary;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** All steps in one Spark session: the way the data flows, from top to bottom. */
final class Quickstart {
  /** A validation loss below this part of the unigram loss is clearly better. */
  private static final double CLEARLY_BELOW = 0.95;

  private static final int NUM_SAMPLE_LINES = 12;

  private final RunConfig config;
  private final List<String> inputs;
  private final int numStories;
  private final Path output;

  /**
   * @param inputs the user's own text; empty: the embedded corpus
   * @param numStories of the embedded corpus
   * @param output gets one directory for every step
   * @throws InvalidInputException if the model is not one that can score
   */
  Quickstart(RunConfig config, List<String> inputs, int numStories, Path output) {
    requireGpt(config.model().architecture());
    this.inputs = List.copyOf(inputs);
    this.config = inputs.isEmpty() ? forEmbeddedCorpus(config) : config;
    this.numStories = numStories;
    this.output = output;
  }

  /** Said before hours of training, not after them. */
  private static void requireGpt(Architecture architecture) {
    if (architecture != Architecture.GPT) {
      throw new InvalidInputException(
          "model.architecture is " + architecture,
          "gpt, because the last step of quickstart scores texts with the model",
          "run clean, tokenizer, tokenize and pretrain one after the other");
    }
  }

  /** The corpus has pages in a third language, planted to be found. */
  private static RunConfig forEmbeddedCorpus(RunConfig config) {
    return config.clean().languages().isEmpty() ? config.withLanguages("en", "zh") : config;
  }

  /**
   * Token shards, and what became of the text on the way to them.
   *
   * @param tokens where the shards lie
   * @param cleaned manifest of the documents
   * @param data for the reports of runs
   */
  record Prepared(Path tokens, Manifest cleaned, ObjectNode data) {}

  /** Runs every step that is not done yet; whether the model has clearly learned something. */
  boolean run(Console console, SparkSession spark) {
    long start = System.nanoTime();
    Prepared prepared = prepare(console, spark);
    Path run = directory("run");
    RunSummary summary =
        new Pretraining(console, spark, config, run).run(prepared.tokens(), prepared.data());
    Manifest scored =
        Steps.score(
            console,
            spark,
            config,
            ScoreMode.ROLLING,
            directory("documents"),
            Optional.empty(),
            run,
            directory("scores"));

    RunFiles files = new RunFiles(spark.sparkContext().hadoopConfiguration(), run);
    double seconds = (System.nanoTime() - start) / 1e9;
    report(console, files, summary, prepared.cleaned(), scored, seconds);
    return summary.validationLoss() < CLEARLY_BELOW * summary.unigramLoss();
  }

  /** Runs the steps from raw text to token shards that are not done yet. */
  Prepared prepare(Console console, SparkSession spark) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    List<String> texts = inputs.isEmpty() ? List.of(directory("corpus").toString()) : inputs;
    if (inputs.isEmpty()) {
      SampleCorpusConfig corpus = new SampleCorpusConfig(config.seed(), numStories);
      Steps.sampleCorpus(console, hadoop, corpus, directory("corpus"));
    }
    Path documents = directory("documents");
    Path tokenizer = directory("tokenizer");
    Path tokens = directory("tokens");
    Manifest cleaned = Steps.clean(console, spark, config, texts, documents);
    Steps.tokenizer(console, spark, config, documents, tokenizer);
    Manifest tokenized = Steps.tokenize(console, spark, config, documents, tokenizer, tokens);
    return new Prepared(tokens, cleaned, data(hadoop, cleaned, tokenized));
  }

  /** What {@link #run} would do. */
  Plan plan(Plan plan) {
    return planData(plan)
        .writes("training run", directory("run"))
        .writes("scores", directory("scores"));
  }

  /** What {@link #prepare} would do. */
  Plan planData(Plan plan) {
    if (inputs.isEmpty()) {
      plan.writes("a corpus of " + numStories + " stories", directory("corpus"));
    }
    inputs.forEach(input -> plan.reads("raw text", new Path(input)));
    return plan.writes("documents, rejected, quarantined", directory("documents"))
        .writes("tokenizer.json", directory("tokenizer"))
        .writes("token shards", directory("tokens"));
  }

  /** The directory of a step. */
  Path directory(String name) {
    return new Path(output, name);
  }

  private ObjectNode data(Configuration hadoop, Manifest cleaned, Manifest tokenized) {
    ObjectNode data = Manifest.newDetails();
    if (inputs.isEmpty()) {
      data.put(
          "entropyFloor",
          EntropyFloor.natsPerToken(hadoop, directory("corpus"), tokenized.details()));
    }
    data.set("cleaning", cleaned.details());
    data.set("tokens", tokenized.details());
    return data;
  }

  private void report(
      Console console,
      RunFiles files,
      RunSummary summary,
      Manifest cleaned,
      Manifest scored,
      double seconds) {
    console.line("");
    console.line("Kept and rejected");
    Words.cleaned(cleaned.details()).lines().forEach(line -> console.line("  %s", line));
    console.line("");
    console.line("What the model has learned, in nats per token of held-out text");
    console.line("  knowing nothing (uniform)          %.4f", summary.uniformLoss());
    console.line("  knowing how frequent tokens are    %.4f  (unigram)", summary.unigramLoss());
    console.line("  this model                         %.4f", summary.validationLoss());
    if (inputs.isEmpty()) {
      console.line(
          "  knowing the corpus's grammar       %.4f  (the least that is possible on average)",
          files.readJson(RunFiles.DATA).path("entropyFloor").asDouble());
    }
    console.line("  the corpus: %s", ScoreWords.of(scored.details()));
    console.line("");
    console.line("What it writes");
    files
        .read(RunFiles.SAMPLES)
        .lines()
        .filter(line -> !line.isBlank())
        .limit(NUM_SAMPLE_LINES)
        .forEach(line -> console.line("  | %s", line));
    console.line("");
    console.line("Where everything lies (kindling inspect PATH explains each)");
    if (inputs.isEmpty()) {
      console.line("  corpus       %s", directory("corpus"));
    }
    for (String step : List.of("documents", "tokenizer", "tokens", "run", "scores")) {
      console.line("  %-12s %s", step, directory(step));
    }
    console.line("  report       %s", new Path(files.run(), RunFiles.REPORT));
    console.line("");
    console.line("%s in all", Words.duration(seconds));
    if (summary.validationLoss() >= CLEARLY_BELOW * summary.unigramLoss()) {
      console.line(
          "%s",
          String.format(
              Locale.ROOT,
              "The model is NOT clearly better than the unigram baseline (%.4f is not below %.2f x"
                  + " %.4f): train longer (--set training.steps=...) or on more text.",
              summary.validationLoss(),
              CLEARLY_BELOW,
              summary.unigramLoss()));
    }
  }
}

package dev.kindling.spark.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.generate.TextGenerator;
import dev.kindling.spark.report.RunFiles;
import dev.kindling.spark.report.RunReport;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.train.RunSummary;
import dev.kindling.spark.train.StopRequest;
import dev.kindling.spark.train.TrainingPlan;
import dev.kindling.spark.train.TrainingResult;
import dev.kindling.spark.train.TrainingRun;
import dev.kindling.spark.train.TrainingStoppedException;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** Training with everything that makes its run directory explain itself. */
final class Pretraining {
  private final Console console;
  private final SparkSession spark;
  private final RunConfig config;
  private final RunFiles files;

  /**
   * @param output the run directory
   */
  Pretraining(Console console, SparkSession spark, RunConfig config, Path output) {
    this.console = console;
    this.spark = spark;
    this.config = config;
    this.files = new RunFiles(spark.sparkContext().hadoopConfiguration(), output);
  }

  /**
   * Trains, or goes on with the run, then has the model write and renders the report.
   *
   * @param data what became of the text before, for the report
   */
  RunSummary run(Path tokens, ObjectNode data) {
    TrainingProgress progress = new TrainingProgress(console, () -> describe(data));
    return complete(
        console.step(
            "pretrain",
            tokens + " -> " + files.run(),
            () -> train(tokens, progress),
            Pretraining::outcome));
  }

  /** The same as one of many runs, of which the console shows no more than warnings and a bar. */
  RunSummary runBriefly(Path tokens, ObjectNode data) {
    return complete(train(tokens, TrainingProgress.brief(console, () -> describe(data))));
  }

  private RunSummary complete(TrainingResult result) {
    if (!result.wasComplete() || files.read(RunFiles.SAMPLES).isEmpty()) {
      List<String> samples = sample();
      files.write(RunFiles.SAMPLES, Samples.numbered(samples));
    }
    RunReport.write(files);
    return result.summary();
  }

  private TrainingResult train(Path tokens, TrainingProgress progress) {
    TrainingPlan plan = TrainingPlan.of(config, tokens, files.run());
    StopRequest stop = new StopRequest();
    int graceSeconds = config.checkpoint().graceSeconds();
    try (StopSignals signals = StopSignals.listen(console, stop, graceSeconds)) {
      return train(plan, progress, stop, signals);
    } finally {
      progress.endDrawing();
    }
  }

  private TrainingResult train(
      TrainingPlan plan, TrainingProgress progress, StopRequest stop, StopSignals signals) {
    try {
      return TrainingRun.run(spark, plan, progress, stop);
    } catch (TrainingStoppedException e) {
      throw new StoppedBySignal(e, signals.exitCode());
    }
  }

  /** Only once training has accepted the directory, so that a foreign one stays untouched. */
  private void describe(ObjectNode data) {
    files.write(RunFiles.CONFIG, config.toYaml());
    files.write(RunFiles.DATA, data.toPrettyString() + "\n");
  }

  private List<String> sample() {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    int numThreads = Runtime.getRuntime().availableProcessors();
    String backend = config.training().backend();
    try (TextGenerator generator = TextGenerator.open(hadoop, files.run(), backend, numThreads)) {
      return generator.generate(config.generate());
    } catch (InvalidInputException e) {
      // The model is trained: that its prompt cannot be used is no reason to fail now.
      console.line("%-13s no samples: %s", "", e.getMessage().lines().findFirst().orElse(""));
      return List.of();
    }
  }

  private static String outcome(TrainingResult result) {
    RunSummary summary = result.summary();
    return String.format(
        Locale.ROOT,
        "%sloss %.4f nats per token on held-out text (unigram %.4f, uniform %.4f)%n%s, %s, %s"
            + " tokens/s, %s moved between replicas",
        result.wasComplete() ? "finished already: " : "",
        summary.validationLoss(),
        summary.unigramLoss(),
        summary.uniformLoss(),
        Words.count(summary.steps(), "step"),
        Words.count(summary.tokens(), "token"),
        Words.number(Math.round(summary.tokensPerSecond())),
        Words.bytes(summary.bytesMoved()));
  }
}

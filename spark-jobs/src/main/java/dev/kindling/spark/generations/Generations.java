package dev.kindling.spark.generations;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.OutputDirectory;
import dev.kindling.model.ngram.NgramShape;
import dev.kindling.spark.config.Generation;
import dev.kindling.spark.config.NgramConfig;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.ngram.NgramDirectory;
import dev.kindling.spark.ngram.NgramPruning;
import dev.kindling.spark.sweep.RunFailure;
import dev.kindling.spark.train.RunSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains one generation of language models after the other on the same token shards, and after each
 * writes the table anew. The same call on the same directory leaves finished models as they are,
 * goes on with one that was interrupted, and tries failed ones again.
 */
public final class Generations {
  private static final Logger LOG = LoggerFactory.getLogger(Generations.class);
  private static final double NANOS_PER_SECOND = 1e9;

  private final SparkSession spark;
  private final GenerationsPlan plan;
  private final GenerationsDirectory directory;
  private final Trainer trainer;
  private final GenerationsListener listener;
  private final List<FailedModel> failed = new ArrayList<>();

  private Generations(
      SparkSession spark,
      GenerationsPlan plan,
      GenerationsDirectory directory,
      Trainer trainer,
      GenerationsListener listener) {
    this.spark = spark;
    this.plan = plan;
    this.directory = directory;
    this.trainer = trainer;
    this.listener = listener;
  }

  /**
   * Refuses a directory in which the models could not be trained; changes nothing.
   *
   * @return how many of them are finished there
   * @throws InvalidInputException if it holds something else, or models with other settings
   */
  public static int numFinished(Configuration hadoop, GenerationsPlan plan, Path output) {
    OutputDirectory.requireOutside(hadoop, output, List.of(plan.tokens()));
    GenerationsDirectory directory = GenerationsDirectory.open(hadoop, output, plan);
    return (int) plan.models().stream().filter(model -> directory.has(model.generation())).count();
  }

  /**
   * Trains what is not finished yet, then compares.
   *
   * @param output the directory of all models
   * @param entropy bits per byte that no model can get below; empty where it is not known
   * @param trainer of single models
   * @throws InvalidInputException if the directory cannot be used
   * @throws RuntimeException if training was stopped from outside; the same call goes on
   */
  public static GenerationsResult run(
      SparkSession spark,
      GenerationsPlan plan,
      Path output,
      OptionalDouble entropy,
      Trainer trainer,
      GenerationsListener listener) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    OutputDirectory.requireOutside(hadoop, output, List.of(plan.tokens()));
    GenerationsDirectory directory = GenerationsDirectory.open(hadoop, output, plan);
    directory.claim(entropy);
    return new Generations(spark, plan, directory, trainer, listener).run();
  }

  private GenerationsResult run() {
    GenerationsTable table = new GenerationsTable(directory);
    for (int i = 0; i < plan.models().size(); i++) {
      PlannedModel model = plan.models().get(i);
      if (directory.has(model.generation())) {
        listener.modelFinished(i + 1, directory.row(model.generation()), true);
      } else {
        train(i + 1, model);
        table.write();
      }
    }
    table.write();
    GenerationsReport report =
        GenerationsReport.of(spark.sparkContext().hadoopConfiguration(), plan, directory, failed);
    List<String> files = new ArrayList<>(List.of(GenerationsTable.CSV, GenerationsDirectory.STATE));
    List<String> missing = report.write(directory, files);
    if (failed.isEmpty()) {
      directory.commit(files);
    }
    return new GenerationsResult(
        plan.heldOut(), directory.entropy(), directory.rows(), failed, missing);
  }

  private void train(int place, PlannedModel model) {
    listener.modelStarted(place, model);
    try {
      ModelRow row = train(model, directory.resolve(model.generation().toString()));
      if (row.loss() != null && !(row.loss() > 0 && Double.isFinite(row.loss()))) {
        fail(place, model, "the validation loss is " + row.loss());
        return;
      }
      directory.add(model.generation(), row);
      listener.modelFinished(place, row, false);
    } catch (Exception e) {
      // Spark throws its checked SparkException undeclared.
      if (RunFailure.isOfAll(spark, e)) {
        throw e;
      }
      LOG.warn("{} failed", model.generation(), e);
      fail(place, model, RunFailure.reason(e));
    }
  }

  private void fail(int place, PlannedModel model, String reason) {
    FailedModel given = new FailedModel(model.generation().toString(), reason);
    failed.add(given);
    listener.modelFailed(place, given);
  }

  private ModelRow train(PlannedModel model, Path output) {
    return switch (model.generation()) {
      case NGRAM -> ngram(model, output);
      case WORD2VEC -> wordVectors(model, output);
      case FEEDFORWARD, CONVOLUTIONAL, RECURRENT, LSTM, ELMO, GPT -> pretrain(model, output);
    };
  }

  private ModelRow pretrain(PlannedModel model, Path output) {
    RunSummary summary = trainer.pretrain(model.config(), output);
    return ModelRow.predicting(
        model,
        model.shape(),
        summary.parameters(),
        summary.tokens(),
        summary.seconds(),
        summary.validationLoss(),
        plan.heldOut());
  }

  private ModelRow ngram(PlannedModel model, Path output) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    boolean before = NgramDirectory.isOne(hadoop, output);
    long start = System.nanoTime();
    NgramConfig pruned =
        NgramPruning.of(spark, model.config().ngram(), plan.tokens())
            .within(plan.budget().parameters());
    RunConfig config = model.config().withNgram(pruned);
    JsonNode details = trainer.ngram(config, output).details();
    double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
    return ModelRow.predicting(
        model,
        model.shape() + ", prune " + pruned.prune(),
        numbers(NgramDirectory.open(hadoop, output).shape()),
        details.path("trainTokens").asLong(),
        before ? null : seconds,
        details.at("/validation/loss").asDouble(),
        plan.heldOut());
  }

  /** A probability for every n-gram, and a backoff for all but the longest. */
  private static long numbers(NgramShape shape) {
    NgramShape.Order longest = shape.orders().get(shape.order() - 1);
    return 2 * shape.numNgrams() - longest.kept();
  }

  private ModelRow wordVectors(PlannedModel model, Path output) {
    JsonNode details = trainer.wordVectors(model.config(), output).details();
    long words = details.path("corpusWords").asLong() * details.path("iterations").asLong();
    return new ModelRow(
        Generation.WORD2VEC.toString(),
        model.shape(),
        details.path("words").asLong() * details.path("vectorSize").asLong(),
        words,
        details.path("seconds").asDouble(),
        details.path("wordsPerSecond").asDouble(),
        null,
        null,
        null);
  }
}

package dev.kindling.spark.score;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.FileHasher;
import dev.kindling.data.manifest.Fingerprint;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.manifest.OutputDirectory;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.score.mode.RowScorers;
import dev.kindling.spark.score.plan.ScoreMode;
import dev.kindling.spark.score.plan.ScorePlan;
import dev.kindling.spark.score.prompt.Prompts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.IntegralType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.util.LongAccumulator;

/**
 * Scores a corpus or a table: what a model says about every row, beside the row's own columns.
 *
 * <p>Rows go to parts by a hash of their ids, and through the model in the order of their ids:
 * which of them share a batch, and so the last bits of their scores, does not depend on which came
 * first, nor on whether the run was interrupted.
 */
public final class ScoreJob {
  /** The directory of Parquet files inside the output. */
  public static final String SCORES = "scores";

  /** How the stage is called that does the work, in Spark's interfaces. */
  public static final String STAGE = "parquet at PartitionedScores";

  private static final String PARTITIONS = "partitions.txt";
  private static final String KIND = "scores";
  private static final int VERSION = 2;
  private static final double NANOS_PER_SECOND = 1e9;

  /** So that an interrupted run has little to do again, and slow tasks are evened out. */
  private static final int PARTS_PER_CORE = 4;

  private final SparkSession spark;
  private final ScoringInput input;
  private final ScorePlan plan;
  private final Optional<ScoringInput> examples;

  private ScoreJob(
      SparkSession spark, ScoringInput input, ScorePlan plan, Optional<ScoringInput> examples) {
    this.spark = spark;
    this.input = input;
    this.plan = plan;
    this.examples = examples;
  }

  /**
   * Runs the step, goes on with it, or returns the manifest of {@code output} where the same work
   * is already done.
   *
   * @param config its sections {@code read}, {@code score}, {@code generate}, and the backend
   * @param input what is scored
   * @param examples solved ones for prompts
   * @param run a checkpoint, or a run, whose newest one is taken
   * @param output gets {@code scores/part=N/*.parquet}
   * @throws InvalidInputException if there is nothing to score, an id is missing or repeated, or
   *     the checkpoint cannot answer
   */
  public static Manifest run(
      SparkSession spark,
      RunConfig config,
      ScoreMode mode,
      Path input,
      Optional<Path> examples,
      Path run,
      Path output) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    ScorePlan plan =
        Scoring.resolve(
            spark,
            new ScorePlan(
                mode,
                run.toString(),
                config.training().backend(),
                config.score(),
                config.generate()));
    List<Path> inputs = new ArrayList<>(List.of(input, run));
    examples.ifPresent(inputs::add);
    OutputDirectory.requireOutside(hadoop, output, inputs);
    ScoreJob job =
        new ScoreJob(
            spark,
            ScoringInput.open(hadoop, config.read(), input),
            plan,
            examples.map(path -> ScoringInput.open(hadoop, config.read(), path)));
    try (OutputDirectory directory =
        OutputDirectory.resume(hadoop, output, KIND, job.fingerprint(hadoop), SCORES, PARTITIONS)) {
      if (directory.finished().isPresent()) {
        return directory.finished().get();
      }
      ObjectNode details = job.score(hadoop, directory);
      return directory.commit(details, FileHasher.onExecutors(spark));
    }
  }

  /** Of what changes scores by more than rounding. */
  private String fingerprint(Configuration hadoop) {
    Fingerprint fingerprint =
        input
            .addTo(Fingerprint.of("score", VERSION), hadoop)
            .withInput("checkpoint", hadoop, new Path(plan.checkpoint()))
            .with("mode", plan.mode().toString())
            .with("precision", plan.score().precision().toString())
            .with("contextLength", plan.score().contextLength())
            .with("stride", plan.score().stride())
            .with("maxTokens", plan.score().maxTokens())
            .with("columns", plan.score().columns());
    if (plan.mode().isPrompted()) {
      fingerprint = fingerprint.with("prompt", plan.score().prompt());
    }
    if (plan.mode() == ScoreMode.GENERATE) {
      fingerprint = fingerprint.with("generate", plan.generate());
    }
    if (plan.mode() == ScoreMode.EMBED) {
      fingerprint =
          fingerprint
              .with("pooling", plan.score().pooling().toString())
              .with("normalize", plan.score().normalize());
    }
    return examples.isPresent()
        ? fingerprint.withInput("examples", hadoop, examples.get().path()).sha256()
        : fingerprint.sha256();
  }

  private ObjectNode score(Configuration hadoop, OutputDirectory directory) {
    Path scores = directory.resolve(SCORES);
    String id = plan.score().columns().id();
    LongAccumulator loads = Scoring.loads(spark);
    try (ScoringRows texts = input.load(spark, id)) {
      Dataset<Row> rows = texts.rows();
      RowScorers.requireColumns(plan, rows.schema());
      PartitionedScores.requireNoPart(rows);
      long numRows = requireUniqueIds(rows, id);
      Prompts prompts = Scoring.prompts(spark, plan, examples);
      PartitionedScores parts =
          PartitionedScores.open(hadoop, scores, directory.resolve(PARTITIONS), numParts(rows));
      int numDone = parts.done().size();
      long start = System.nanoTime();
      boolean isWritten = false;
      directory.keepParts(true);
      try {
        parts.write(rows, id, missing -> Scoring.apply(missing, plan, prompts, loads));
        isWritten = true;
      } finally {
        directory.keepParts(isWritten || !parts.done().isEmpty());
      }
      double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
      Dataset<Row> scored = spark.read().parquet(scores.toString());
      requireAll(numRows * plan.resultsPerRow(), scored.count());
      ObjectNode details = new ScoreTotals(plan.mode(), scored, id).details();
      details.put("checkpoint", plan.checkpoint());
      details.put("parts", parts.numParts());
      details.put("partsOfAnInterruptedRun", numDone);
      details.put("modelsLoaded", loads.value());
      details.put("secondsOfScoring", seconds);
      texts.describeOmitted(details);
      return details;
    }
  }

  private int numParts(Dataset<Row> rows) {
    int asked = plan.score().partitions();
    int ofCores = PARTS_PER_CORE * spark.sparkContext().defaultParallelism();
    return asked > 0 ? asked : Math.max(rows.rdd().getNumPartitions(), ofCores);
  }

  private static void requireAll(long numResults, long numScored) {
    if (numResults != numScored) {
      throw new IllegalStateException(
          numScored
              + " results were written, and there should be "
              + numResults
              + ": the output is not committed; has another run written there meanwhile? The same command does again what is there twice");
    }
  }

  /**
   * A repeated id would say of one row what is true of another; returns how many rows there are.
   */
  private long requireUniqueIds(Dataset<Row> rows, String name) {
    DataType type = rows.schema().apply(name).dataType();
    if (!(type instanceof StringType) && !(type instanceof IntegralType)) {
      throw new InvalidInputException(
          "the column '" + name + "' of " + input + " is of type " + type.simpleString(),
          "ids that are strings or integers",
          "say which column it is: score.columns.id=NAME");
    }
    Column id = Columns.of(name);
    Dataset<Row> counts = rows.groupBy(id).count();
    List<Row> worst = counts.orderBy(id.isNull().desc(), functions.desc("count")).takeAsList(1);
    if (worst.isEmpty()) {
      throw new InvalidInputException(
          input + " has no documents",
          "at least one document to score",
          "check the path; `kindling inspect` explains it");
    }
    Row first = worst.get(0);
    boolean missing = first.isNullAt(0);
    if (missing || first.getLong(1) > 1) {
      throw new InvalidInputException(
          missing
              ? input + " has documents without an id"
              : "document id '"
                  + first.get(0)
                  + "' occurs "
                  + first.getLong(1)
                  + " times in "
                  + input,
          "every document with an id of its own, by which its score is known",
          "make the ids unique, or clean the corpus with `kindling clean`, which numbers documents");
    }
    return counts.count();
  }
}

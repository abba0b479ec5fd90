package dev.kindling.spark.score;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.score.mode.RowScorers;
import dev.kindling.spark.score.plan.ScoreMode;
import dev.kindling.spark.score.plan.ScorePlan;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Batch scoring as a stage of a Spark ML pipeline: adds what a model says about every row to the
 * row's own columns. The columns, by mode, are those of {@link ScoreMode}; a row that cannot be
 * scored has the reason in {@code score_error}, and the others go on.
 *
 * <pre>{@code
 * Dataset<Row> scored =
 *     new LanguageModelScorer().setCheckpoint("hdfs:///runs/first").transform(documents);
 * }</pre>
 *
 * <p>Weights are read once by every executor, straight from the checkpoint, and shared by its
 * tasks. Rows stay in their partitions and in their order; inside a partition, texts of like
 * lengths go through the model together.
 */
public final class LanguageModelScorer extends ScorerParams implements DefaultParamsWritable {
  private static final long serialVersionUID = 1L;

  /** A scorer with the defaults; only the checkpoint has none. */
  public LanguageModelScorer() {
    this(Identifiable.randomUID("languageModelScorer"));
  }

  /** A scorer that was written, before its parameters are read. */
  public LanguageModelScorer(String uid) {
    super(uid);
  }

  /** Reads a scorer that {@link #write} has written; only the path of its checkpoint is in it. */
  public static MLReader<LanguageModelScorer> read() {
    return new DefaultParamsReader<>();
  }

  /** Loads a scorer from a path. */
  public static LanguageModelScorer load(String path) {
    return read().load(path);
  }

  /** See {@link #checkpoint}. */
  public LanguageModelScorer setCheckpoint(String value) {
    set(checkpoint(), value);
    return this;
  }

  /** See {@link #mode}. */
  public LanguageModelScorer setMode(String value) {
    set(mode(), value);
    return this;
  }

  /** See {@link #idCol}. */
  public LanguageModelScorer setIdCol(String value) {
    set(idCol(), value);
    return this;
  }

  /** See {@link #textCol}. */
  public LanguageModelScorer setTextCol(String value) {
    set(textCol(), value);
    return this;
  }

  /** See {@link #contextCol}. */
  public LanguageModelScorer setContextCol(String value) {
    set(contextCol(), value);
    return this;
  }

  /** See {@link #continuationCol}. */
  public LanguageModelScorer setContinuationCol(String value) {
    set(continuationCol(), value);
    return this;
  }

  /** See {@link #choicesCol}. */
  public LanguageModelScorer setChoicesCol(String value) {
    set(choicesCol(), value);
    return this;
  }

  /** See {@link #labelCol}. */
  public LanguageModelScorer setLabelCol(String value) {
    set(labelCol(), value);
    return this;
  }

  /** See {@link #answerCol}. */
  public LanguageModelScorer setAnswerCol(String value) {
    set(answerCol(), value);
    return this;
  }

  /** See {@link #backend}. */
  public LanguageModelScorer setBackend(String value) {
    set(backend(), value);
    return this;
  }

  /** See {@link #precision}. */
  public LanguageModelScorer setPrecision(String value) {
    set(precision(), value);
    return this;
  }

  /** See {@link #pooling}. */
  public LanguageModelScorer setPooling(String value) {
    set(pooling(), value);
    return this;
  }

  /** See {@link #batchSize}. */
  public LanguageModelScorer setBatchSize(int value) {
    set(batchSize(), value);
    return this;
  }

  /** See {@link #contextLength}. */
  public LanguageModelScorer setContextLength(int value) {
    set(contextLength(), value);
    return this;
  }

  /** See {@link #stride}. */
  public LanguageModelScorer setStride(int value) {
    set(stride(), value);
    return this;
  }

  /** See {@link #maxTokens}. */
  public LanguageModelScorer setMaxTokens(long value) {
    set(maxTokens(), value);
    return this;
  }

  /** See {@link #normalize}. */
  public LanguageModelScorer setNormalize(boolean value) {
    set(normalize(), value);
    return this;
  }

  /** See {@link #template}. */
  public LanguageModelScorer setTemplate(String value) {
    set(template(), value);
    return this;
  }

  /** See {@link #description}. */
  public LanguageModelScorer setDescription(String value) {
    set(description(), value);
    return this;
  }

  /** See {@link #exampleDelimiter}. */
  public LanguageModelScorer setExampleDelimiter(String value) {
    set(exampleDelimiter(), value);
    return this;
  }

  /** See {@link #answerDelimiter}. */
  public LanguageModelScorer setAnswerDelimiter(String value) {
    set(answerDelimiter(), value);
    return this;
  }

  /** See {@link #examples}. */
  public LanguageModelScorer setExamples(String value) {
    set(examples(), value);
    return this;
  }

  /** See {@link #shots}. */
  public LanguageModelScorer setShots(int... value) {
    set(shots(), value);
    return this;
  }

  /** See {@link #exampleSeed}. */
  public LanguageModelScorer setExampleSeed(long value) {
    set(exampleSeed(), value);
    return this;
  }

  /** See {@link #maxNewTokens}. */
  public LanguageModelScorer setMaxNewTokens(int value) {
    set(maxNewTokens(), value);
    return this;
  }

  /** See {@link #temperature}. */
  public LanguageModelScorer setTemperature(double value) {
    set(temperature(), value);
    return this;
  }

  /** See {@link #topK}. */
  public LanguageModelScorer setTopK(int value) {
    set(topK(), value);
    return this;
  }

  /** See {@link #topP}. */
  public LanguageModelScorer setTopP(double value) {
    set(topP(), value);
    return this;
  }

  /** See {@link #repetitionPenalty}. */
  public LanguageModelScorer setRepetitionPenalty(double value) {
    set(repetitionPenalty(), value);
    return this;
  }

  /** See {@link #seed}. */
  public LanguageModelScorer setSeed(long value) {
    set(seed(), value);
    return this;
  }

  /** See {@link #stop}. */
  public LanguageModelScorer setStop(String... value) {
    set(stop(), value);
    return this;
  }

  /**
   * The columns after scoring.
   *
   * @throws InvalidInputException if a column that the mode reads is missing or of another type, or
   *     one that it adds is there already
   */
  @Override
  public StructType transformSchema(StructType schema) {
    ScorePlan plan = plan();
    RowScorers.requireColumns(plan, schema);
    return plan.mode().addTo(schema);
  }

  /**
   * The rows with their scores; nothing is computed before an action asks for it.
   *
   * @throws InvalidInputException as {@link #transformSchema}, or if the checkpoint cannot answer
   */
  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    Dataset<Row> rows = dataset.toDF();
    SparkSession spark = rows.sparkSession();
    ScorePlan plan = Scoring.resolve(spark, plan());
    RowScorers.requireColumns(plan, rows.schema());
    String path = getOrDefault(examples());
    Optional<ScoringInput> table =
        path.isEmpty()
            ? Optional.empty()
            : Optional.of(
                ScoringInput.open(
                    spark.sparkContext().hadoopConfiguration(),
                    ConfigLoader.defaults().read(),
                    new Path(path)));
    return Scoring.apply(rows, plan, Scoring.prompts(spark, plan, table), Scoring.loads(spark));
  }

  @Override
  public LanguageModelScorer copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  private ScorePlan plan() {
    if (!isSet(checkpoint())) {
      throw new InvalidInputException(
          uid() + " has no checkpoint", "a model to score with", "call setCheckpoint(PATH)");
    }
    return new ScorePlan(
        ScoreMode.of(getOrDefault(mode())),
        getOrDefault(checkpoint()),
        getOrDefault(backend()),
        scoreConfig(),
        generateConfig());
  }
}

package dev.kindling.spark.score;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.FileHasher;
import dev.kindling.data.manifest.Fingerprint;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.manifest.OutputDirectory;
import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.model.backend.Backends;
import dev.kindling.spark.checkpoint.CheckpointReader;
import dev.kindling.spark.parallel.HadoopSettings;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/**
 * Scores a corpus: per document its tokens, log-likelihood, bits per byte and perplexity, beside
 * the document's own columns.
 *
 * <p>Documents go to tasks by their ids and through the model in the order of their ids: which of
 * them share a batch, and so the last bits of their scores, does not depend on which came first.
 */
public final class ScoreJob {
  /** The directory of Parquet files inside the output. */
  public static final String SCORES = "scores";

  private static final String KIND = "scores";
  private static final int VERSION = 1;

  private final SparkSession spark;
  private final String corpus;
  private final CheckpointReader checkpoint;
  private final String backend;
  private final int batchSize;

  private ScoreJob(
      SparkSession spark,
      String corpus,
      CheckpointReader checkpoint,
      String backend,
      int batchSize) {
    this.spark = spark;
    this.corpus = corpus;
    this.checkpoint = checkpoint;
    this.backend = backend;
    this.batchSize = batchSize;
  }

  /**
   * Runs the step, or returns the manifest of {@code output} where the same work is already done.
   *
   * @param corpus what is scored
   * @param checkpoint a checkpoint, or a run, whose newest one is taken
   * @param backend by name; like {@code batchSize} it changes scores by rounding only
   * @param batchSize windows that go through the model together
   * @param output gets {@code scores/*.parquet}
   * @throws InvalidInputException if there is nothing to score, an id is missing or repeated, or
   *     the checkpoint cannot be used
   */
  public static Manifest run(
      SparkSession spark,
      ScoringCorpus corpus,
      Path checkpoint,
      String backend,
      int batchSize,
      Path output) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    CheckpointReader reader = CheckpointReader.open(hadoop, checkpoint);
    reader.requireGpt("scoring");
    requireMatchingVocabulary(hadoop, reader);
    String fingerprint =
        corpus
            .addTo(Fingerprint.of("score", VERSION), hadoop)
            .withInput("checkpoint", hadoop, reader.directory())
            .sha256();
    try (OutputDirectory directory =
        OutputDirectory.open(hadoop, output, KIND, fingerprint, SCORES)) {
      if (directory.finished().isPresent()) {
        return directory.finished().get();
      }
      ScoreJob job =
          new ScoreJob(spark, corpus.toString(), reader, Backends.resolve(backend), batchSize);
      Path scores = directory.resolve(SCORES);
      try (ScoringTexts texts = corpus.load(spark)) {
        job.writeScores(texts.documents(), scores);
        ObjectNode details = job.totals(scores);
        texts.describeOmitted(details);
        return directory.commit(details, FileHasher.onExecutors(spark));
      }
    }
  }

  private void writeScores(Dataset<Row> documents, Path scores) {
    requireNewColumns(documents);
    requireUniqueIds(documents);
    scores(documents).write().parquet(scores.toString());
  }

  private Dataset<Row> scores(Dataset<Row> documents) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    StructType schema = documents.schema();
    ScoreTask task =
        new ScoreTask(
            HadoopSettings.send(context),
            checkpoint.directory().toString(),
            backend,
            batchSize,
            schema.fieldIndex(DocumentScore.ID),
            schema.fieldIndex("text"));
    int numTasks = Math.max(documents.rdd().getNumPartitions(), context.defaultParallelism());
    return documents
        .repartition(numTasks, functions.col(DocumentScore.ID))
        .sortWithinPartitions(DocumentScore.ID)
        .mapPartitions(task, Encoders.row(DocumentScore.addTo(schema)));
  }

  private ObjectNode totals(Path scores) {
    Row sums =
        spark
            .read()
            .parquet(scores.toString())
            .agg(
                functions.count(functions.lit(1)),
                functions.sum(DocumentScore.TOKENS),
                functions.sum(DocumentScore.BYTES),
                functions.sum(DocumentScore.LOG_LIKELIHOOD))
            .first();
    long tokens = sums.getLong(1);
    long bytes = sums.getLong(2);
    double logLikelihood = sums.getDouble(3);
    ObjectNode details = Manifest.newDetails();
    details.put("checkpoint", checkpoint.directory().toString());
    details.put("documents", sums.getLong(0));
    details.put("tokens", tokens);
    details.put("bytes", bytes);
    details.put("logLikelihood", logLikelihood);
    if (bytes > 0 && tokens > 0) {
      details.put("bitsPerByte", DocumentScore.bitsPerByte(logLikelihood, bytes));
      details.put("perplexity", Math.exp(-logLikelihood / tokens));
    }
    return details;
  }

  private void requireNewColumns(Dataset<Row> documents) {
    List<String> columns = List.of(documents.columns());
    for (String added : DocumentScore.ADDED.fieldNames()) {
      if (columns.contains(added)) {
        throw new InvalidInputException(
            corpus + " has a column '" + added + "' already",
            "documents without the columns that scoring adds",
            "rename or drop that column");
      }
    }
  }

  /** A repeated id would say of one text what is true of another. */
  private void requireUniqueIds(Dataset<Row> documents) {
    Column id = functions.col(DocumentScore.ID);
    List<Row> worst =
        documents
            .groupBy(id)
            .count()
            .orderBy(id.isNull().desc(), functions.desc("count"))
            .takeAsList(1);
    if (worst.isEmpty()) {
      throw new InvalidInputException(
          corpus + " has no documents",
          "at least one document to score",
          "check the path; `kindling inspect` explains it");
    }
    Row first = worst.get(0);
    boolean missing = first.isNullAt(0);
    if (missing || first.getLong(1) > 1) {
      throw new InvalidInputException(
          missing
              ? corpus + " has documents without an id"
              : "document id '"
                  + first.getString(0)
                  + "' occurs "
                  + first.getLong(1)
                  + " times in "
                  + corpus,
          "every document with an id of its own, by which its score is known",
          "make the ids unique, or clean the corpus with `kindling clean`, which numbers documents");
    }
  }

  private static void requireMatchingVocabulary(Configuration hadoop, CheckpointReader reader) {
    Tokenizer tokenizer = TokenizerFile.load(hadoop, reader.tokenizer());
    if (tokenizer.vocabSize() > reader.model().vocabSize()) {
      throw new InvalidInputException(
          reader.directory()
              + " has a tokenizer of "
              + tokenizer.vocabSize()
              + " ids, but a model for "
              + reader.model().vocabSize(),
          "the tokenizer that the model was trained with",
          "restore the checkpoint's own tokenizer.json, or take another checkpoint");
    }
  }
}

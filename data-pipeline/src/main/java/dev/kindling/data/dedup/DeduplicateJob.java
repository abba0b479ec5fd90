package dev.kindling.data.dedup;

import static org.apache.spark.sql.functions.char_length;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.trim;
import static org.apache.spark.sql.functions.when;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.dedup.minhash.MinHashConfig;
import dev.kindling.data.dedup.minhash.MinHashDuplicates;
import dev.kindling.data.dedup.minhash.MinHashSignatures;
import dev.kindling.data.manifest.Fingerprint;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.manifest.OutputDirectory;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/**
 * The step that removes lines that many documents have in common, and then near-duplicates, from
 * clean documents, among themselves and against the index of an older crawl. It writes {@code
 * documents} and {@code rejected} as cleaning does, and {@code index}, the signatures of what
 * stays, which the next crawl is held against.
 */
public final class DeduplicateJob {
  private static final String KIND = "documents";
  private static final String DOCUMENTS = "documents";
  private static final String REJECTED = "rejected";
  private static final String INDEX = "index";
  private static final int VERSION = 1;

  /** The rule of documents that are nothing but repeated lines. */
  private static final String REPEATED_LINES = "repeated-lines";

  /** A shorter line, such as a bracket or a name, may stand in many documents by right. */
  private static final int LEAST_LINE_CHARACTERS = 10;

  private static final Column EMPTIED =
      col(RepeatedLines.NUM_REMOVED).gt(0).and(trim(col("text"), " \t\r\n").equalTo(""));

  private DeduplicateJob() {}

  /**
   * Runs the step, or returns the manifest of {@code output} where the same work is already done.
   *
   * @param input the output of cleaning
   * @param older the output of this step for an older crawl, whose documents are never removed
   * @return a manifest of kind {@value #KIND}: read = kept + rejected, lines removed, and the sizes
   *     of clusters
   * @throws InvalidInputException if an input is no such output, has other settings or shares an id
   *     with the other; no output is left then
   */
  public static Manifest run(
      SparkSession spark, DeduplicateConfig config, Path input, Optional<Path> older, Path output) {
    Configuration hadoop = spark.sessionState().newHadoopConf();
    Manifest.require(hadoop, input, KIND);
    OutputDirectory.requireOutside(hadoop, output, List.of(input));
    Fingerprint fingerprint =
        Fingerprint.of("deduplicate", VERSION)
            .with("config", config)
            .withInput("documents", hadoop, input);
    older.ifPresent(
        directory -> {
          requireIndex(hadoop, directory);
          OutputDirectory.requireOutside(hadoop, output, List.of(directory));
          fingerprint.withInput("older", hadoop, directory);
        });
    try (OutputDirectory directory =
        OutputDirectory.open(
            hadoop, output, KIND, fingerprint.sha256(), DOCUMENTS, REJECTED, INDEX)) {
      if (directory.finished().isPresent()) {
        return directory.finished().get();
      }
      Dataset<Row> read = spark.read().parquet(new Path(input, DOCUMENTS).toString());
      Dataset<Row> lined = withoutRepeatedLines(read, config);
      Dataset<Row> documents = lined.filter(not(EMPTIED)).drop(RepeatedLines.NUM_REMOVED);
      MinHashConfig minHash = config.minHash();
      Dataset<Row> signatures =
          MinHashSignatures.of(documents, minHash).persist(StorageLevel.MEMORY_AND_DISK());
      try {
        Dataset<Row> duplicates =
            older.isPresent()
                ? MinHashDuplicates.markAgainst(
                    documents, signatures, index(spark, older.get(), minHash), minHash)
                : MinHashDuplicates.mark(documents, signatures, minHash);
        write(documents, signatures, duplicates, directory);
        writeRejected(read, lined, duplicates, directory.resolve(REJECTED));
        return directory.commit(details(lined, duplicates, minHash));
      } finally {
        signatures.unpersist();
        lined.unpersist();
      }
    }
  }

  private static void requireIndex(Configuration hadoop, Path older) {
    Manifest manifest = Manifest.require(hadoop, older, KIND);
    if (manifest.files().stream().noneMatch(file -> file.path().startsWith(INDEX + "/"))) {
      throw new InvalidInputException(
          older + " has no index of signatures",
          "the output of `kindling deduplicate` for the older crawl",
          "deduplicate the older documents first");
    }
  }

  private static Dataset<Row> index(SparkSession spark, Path older, MinHashConfig config) {
    return MinHashSignatures.read(spark, new Path(older, INDEX).toString(), config);
  }

  private static void write(
      Dataset<Row> documents,
      Dataset<Row> signatures,
      Dataset<Row> duplicates,
      OutputDirectory directory) {
    documents
        .join(duplicates, new String[] {"id"}, "left_anti")
        .write()
        .parquet(directory.resolve(DOCUMENTS).toString());
    MinHashSignatures.write(
        signatures.join(duplicates, new String[] {"id"}, "left_anti"),
        directory.resolve(INDEX).toString());
  }

  /** With the texts as they were read. */
  private static void writeRejected(
      Dataset<Row> read, Dataset<Row> lined, Dataset<Row> duplicates, Path directory) {
    Dataset<Row> reasons =
        duplicates
            .select(
                col("id"),
                lit(MinHashDuplicates.RULE).as("rule"),
                col(MinHashDuplicates.KEPT_ID).as("reason"))
            .unionAll(
                lined
                    .filter(EMPTIED)
                    .select(
                        col("id"),
                        lit(REPEATED_LINES).as("rule"),
                        concat(col(RepeatedLines.NUM_REMOVED), lit(" lines, all of them repeated"))
                            .as("reason")));
    read.join(reasons, "id")
        .select("id", "text", "source", "language", "rule", "reason")
        .write()
        .parquet(directory.toString());
  }

  /** Adds how many lines were removed; cached, because it is read for several outputs. */
  private static Dataset<Row> withoutRepeatedLines(Dataset<Row> read, DeduplicateConfig config) {
    if (config.repeatedLineDocuments() == 0) {
      return read.withColumn(RepeatedLines.NUM_REMOVED, lit(0));
    }
    return RepeatedLines.remove(read, config.repeatedLineDocuments(), LEAST_LINE_CHARACTERS)
        .withColumn("characters", char_length(col("text")))
        .persist(StorageLevel.MEMORY_AND_DISK());
  }

  private static ObjectNode details(
      Dataset<Row> lined, Dataset<Row> duplicates, MinHashConfig config) {
    Row counts =
        lined
            .agg(
                count(lit(1)),
                count(when(EMPTIED, 1)),
                coalesce(sum(col(RepeatedLines.NUM_REMOVED)), lit(0L)))
            .first();
    long numRead = counts.getLong(0);
    long numEmptied = counts.getLong(1);
    long numDuplicates = duplicates.count();
    ObjectNode details = Manifest.newDetails();
    details.put("read", numRead);
    details.put("kept", numRead - numEmptied - numDuplicates);
    details
        .putObject("rejected")
        .put(MinHashDuplicates.RULE, numDuplicates)
        .put(REPEATED_LINES, numEmptied);
    details.put("removedLines", counts.getLong(2));
    details.putObject("quarantined");
    ObjectNode probability = details.putObject("candidateProbability");
    for (double jaccard : new double[] {0.5, 0.6, 0.7, 0.8, 0.9}) {
      probability.put(Double.toString(jaccard), config.candidateProbability(jaccard));
    }
    ObjectNode sizes = details.putObject("clustersBySize");
    for (Row row : MinHashDuplicates.clusterSizes(duplicates).collectAsList()) {
      sizes.put(
          Long.toString(row.<Long>getAs(MinHashDuplicates.CLUSTER_SIZE)),
          row.<Long>getAs("clusters"));
    }
    return details;
  }
}

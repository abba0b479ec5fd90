package dev.kindling.data.dedup;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.dedup.minhash.MinHashSignatures;
import dev.kindling.data.manifest.FileHasher;
import dev.kindling.data.manifest.Fingerprint;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.manifest.OutputDirectory;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The step that removes from clean documents what is there several times: lines that many documents
 * have in common, then near-duplicates, among themselves and against the index of an older crawl,
 * and at last repeated substrings. It writes {@code documents} and {@code rejected} as cleaning
 * does, and {@code index}, the signatures of what stays, which the next crawl is held against.
 *
 * <p>Lines go first, since a menu makes pages alike that are not. Substrings go last, as in the
 * paper of Lee et al. (2022): near-duplicates are then told by their whole texts, the windows of
 * those that go are not looked at, and a document loses no text to one that is itself removed.
 */
public final class DeduplicateJob {
  private static final String KIND = "documents";
  private static final String DOCUMENTS = "documents";
  private static final String REJECTED = "rejected";
  private static final String INDEX = "index";
  private static final int VERSION = 1;

  private DeduplicateJob() {}

  /**
   * Runs the step, or returns the manifest of {@code output} where the same work is already done.
   *
   * @param input the output of cleaning
   * @param older the output of this step for an older crawl, whose documents are never removed;
   *     repeated substrings are not looked for in them
   * @return a manifest of kind {@value #KIND}: read = kept + rejected, what was removed, and the
   *     sizes of clusters
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
      Optional<Dataset<Row>> index = older.map(path -> index(spark, path, config));
      try (Deduplication result = Deduplication.of(read, index, config)) {
        write(result.kept(), directory.resolve(DOCUMENTS));
        MinHashSignatures.write(result.index(), directory.resolve(INDEX).toString());
        write(result.rejected(), directory.resolve(REJECTED));
        return directory.commit(
            DeduplicateCounts.of(result).toDetails(config.minHash()),
            FileHasher.onExecutors(spark));
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

  private static Dataset<Row> index(SparkSession spark, Path older, DeduplicateConfig config) {
    return MinHashSignatures.read(spark, new Path(older, INDEX).toString(), config.minHash());
  }

  private static void write(Dataset<Row> rows, Path directory) {
    rows.write().parquet(directory.toString());
  }
}

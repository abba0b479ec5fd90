package dev.kindling.data.clean;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Fingerprint;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.manifest.OutputDirectory;
import dev.kindling.data.read.Corpus;
import dev.kindling.data.read.CorpusReader;
import dev.kindling.data.read.ReadConfig;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/**
 * The step from raw files to clean documents. It writes {@code documents}, {@code rejected} and
 * {@code quarantined} as Parquet, and a manifest of kind {@value #KIND} whose counts add up: read =
 * kept + rejected + quarantined.
 */
public final class CleanJob {
  /** The manifest's kind. */
  public static final String KIND = "documents";

  private static final String DOCUMENTS = "documents";
  private static final String REJECTED = "rejected";
  private static final String QUARANTINED = "quarantined";

  /** Raised whenever equal input and settings would give other documents. */
  private static final int VERSION = 3;

  private CleanJob() {}

  /**
   * Runs the step, or returns the manifest of {@code output} where the same work is already done.
   *
   * @param inputs files or directories, see {@link CorpusReader}
   * @throws InvalidInputException if an input cannot be used, too many records cannot be read,
   *     nothing is kept, or {@code output} holds something else; no output is left then
   */
  public static Manifest run(
      SparkSession spark, ReadConfig read, CleanConfig clean, List<String> inputs, Path output) {
    Configuration hadoop = spark.sessionState().newHadoopConf();
    OutputDirectory.requireOutside(hadoop, output, inputs.stream().map(Path::new).toList());
    Corpus corpus = CorpusReader.read(spark, read, inputs);
    String fingerprint = fingerprint(hadoop, read, clean, inputs);
    try (OutputDirectory directory =
        OutputDirectory.open(hadoop, output, KIND, fingerprint, DOCUMENTS, REJECTED, QUARANTINED)) {
      if (directory.finished().isPresent()) {
        return directory.finished().get();
      }
      Dataset<Row> records =
          CleanedRecords.of(spark, corpus.records(), clean).persist(StorageLevel.MEMORY_AND_DISK());
      try {
        CleanCounts counts = write(records, clean, inputs, directory);
        return directory.commit(counts.toDetails(corpus.skippedFiles()));
      } finally {
        records.unpersist();
      }
    }
  }

  private static CleanCounts write(
      Dataset<Row> records, CleanConfig clean, List<String> inputs, OutputDirectory directory) {
    Dataset<Row> settled = CleanedRecords.renameDuplicateIds(records);
    if (clean.deduplicate()) {
      settled = CleanedRecords.rejectDuplicates(settled);
    }
    CleanCounts counts = CleanCounts.of(settled);
    counts.requireUsable(clean, inputs);
    long numRead = records.count();
    if (numRead != counts.numRead()) {
      throw new IllegalStateException(
          numRead + " records were read, but " + counts.numRead() + " are accounted for");
    }
    write(CleanedRecords.kept(settled), directory.resolve(DOCUMENTS));
    write(CleanedRecords.rejected(settled), directory.resolve(REJECTED));
    write(CleanedRecords.quarantined(settled), directory.resolve(QUARANTINED));
    return counts;
  }

  private static void write(Dataset<Row> rows, Path directory) {
    rows.write().parquet(directory.toString());
  }

  private static String fingerprint(
      Configuration hadoop, ReadConfig read, CleanConfig clean, List<String> inputs) {
    List<Path> paths = inputs.stream().map(Path::new).toList();
    return Fingerprint.of("clean", VERSION)
        .with("read", read)
        .with("clean", clean)
        .with("inputNames", paths.stream().map(Path::getName).toList())
        .withInputs("input", hadoop, paths)
        .sha256();
  }
}

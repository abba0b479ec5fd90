package dev.kindling.data.clean;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.extract.ExtractConfig;
import dev.kindling.data.manifest.FileHasher;
import dev.kindling.data.manifest.Fingerprint;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.manifest.OutputDirectory;
import dev.kindling.data.read.CorpusReader;
import dev.kindling.data.read.ReadConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The step from raw files or measured records to clean documents. It writes {@code documents},
 * {@code rejected} and {@code quarantined} as Parquet, and a manifest of kind {@value #KIND} whose
 * counts add up: read = kept + rejected + quarantined.
 *
 * <p>Raw files are extracted and measured first, into a directory beside the output that is deleted
 * at the end. The output of {@link SignalsJob} is judged as it is.
 */
public final class CleanJob {
  /** The manifest's kind. */
  public static final String KIND = "documents";

  private static final String DOCUMENTS = "documents";
  private static final String REJECTED = "rejected";
  private static final String QUARANTINED = "quarantined";

  /** Raised whenever equal input and settings would give other documents. */
  private static final int VERSION = 4;

  private CleanJob() {}

  /**
   * Runs the step, or returns the manifest of {@code output} where the same work is already done.
   *
   * @param inputs files or directories, see {@link CorpusReader}; or one output of {@link
   *     SignalsJob}
   * @throws InvalidInputException if an input cannot be used, too many records cannot be read,
   *     nothing is kept, or {@code output} holds something else; no output is left then
   */
  public static Manifest run(
      SparkSession spark,
      ReadConfig read,
      ExtractConfig extract,
      CleanConfig clean,
      List<String> inputs,
      Path output) {
    Configuration hadoop = spark.sessionState().newHadoopConf();
    OutputDirectory.requireOutside(hadoop, output, inputs.stream().map(Path::new).toList());
    RecordSource source = RecordSource.of(spark, hadoop, read, extract, inputs);
    String fingerprint = fingerprint(hadoop, read, extract, clean, inputs);
    try (OutputDirectory directory =
        OutputDirectory.open(
            hadoop,
            output,
            KIND,
            fingerprint,
            SignalsJob.RECORDS,
            DOCUMENTS,
            REJECTED,
            QUARANTINED)) {
      if (directory.finished().isPresent()) {
        return directory.finished().get();
      }
      CleanRules rules = CleanRules.of(spark, hadoop, clean);
      boolean needsSignals = !rules.signals().isEmpty();
      Path scratch = directory.resolve(SignalsJob.RECORDS);
      Dataset<Row> records = source.measured(spark, needsSignals, scratch);
      ReadCounts readCounts = ReadCounts.of(records);
      readCounts.requireUsable(read, inputs);
      CleanCounts counts;
      try (Decisions decisions = Decisions.of(records, rules, clean)) {
        counts = decisions.counts();
        counts.requireUsable(inputs);
        if (readCounts.numRead() != counts.numRead()) {
          throw new IllegalStateException(
              readCounts.numRead()
                  + " records were read, but "
                  + counts.numRead()
                  + " are accounted for");
        }
        write(decisions.documents(), directory.resolve(DOCUMENTS));
        write(decisions.rejected(), directory.resolve(REJECTED));
        write(decisions.quarantined(), directory.resolve(QUARANTINED));
      }
      delete(hadoop, scratch);
      return directory.commit(
          counts.toDetails(source.skippedFiles()), FileHasher.onExecutors(spark));
    }
  }

  private static void write(Dataset<Row> rows, Path directory) {
    rows.write().parquet(directory.toString());
  }

  private static void delete(Configuration hadoop, Path scratch) {
    try {
      scratch.getFileSystem(hadoop).delete(scratch, true);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + scratch, e);
    }
  }

  private static String fingerprint(
      Configuration hadoop,
      ReadConfig read,
      ExtractConfig extract,
      CleanConfig clean,
      List<String> inputs) {
    List<Path> paths = inputs.stream().map(Path::new).toList();
    return Fingerprint.of("clean", VERSION)
        .with("read", read)
        .with("extract", extract)
        .with("clean", clean)
        .with("inputNames", paths.stream().map(Path::getName).toList())
        .withInputs("input", hadoop, paths)
        .withInputs("blockedUrls", hadoop, clean.blockedUrls().stream().map(Path::new).toList())
        .sha256();
  }
}

package dev.kindling.data.clean;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.extract.ExtractConfig;
import dev.kindling.data.manifest.FileHasher;
import dev.kindling.data.manifest.Fingerprint;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.manifest.OutputDirectory;
import dev.kindling.data.read.Corpus;
import dev.kindling.data.read.CorpusReader;
import dev.kindling.data.read.ReadConfig;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * The step that reads and measures every text once. It writes {@code records} as Parquet: the
 * extracted text of every record, and every {@link dev.kindling.data.signal.Signal} of it as a
 * typed column. {@link CleanJob} judges by the columns, as often as thresholds change (the signals
 * of RedPajama-Data-v2, and the attributes of Dolma).
 */
public final class SignalsJob {
  /** The manifest's kind. */
  public static final String KIND = "signals";

  /** The directory of all records, readable or not. */
  static final String RECORDS = "records";

  /** Raised whenever equal input and settings would give other records, or other columns. */
  private static final int VERSION = 2;

  private static final ObjectMapper JSON = new ObjectMapper();

  private SignalsJob() {}

  /**
   * Runs the step, or returns the manifest of {@code output} where the same work is already done.
   *
   * @param inputs files or directories, see {@link CorpusReader}
   * @throws InvalidInputException if an input cannot be used, too many records cannot be read, or
   *     {@code output} holds something else; no output is left then
   */
  public static Manifest run(
      SparkSession spark,
      ReadConfig read,
      ExtractConfig extract,
      List<String> inputs,
      Path output) {
    Configuration hadoop = spark.sessionState().newHadoopConf();
    List<Path> paths = inputs.stream().map(Path::new).toList();
    OutputDirectory.requireOutside(hadoop, output, paths);
    Corpus corpus = CorpusReader.read(spark, read, inputs);
    String fingerprint =
        Fingerprint.of("signals", VERSION)
            .with("read", read)
            .with("extract", extract)
            .with("inputNames", paths.stream().map(Path::getName).toList())
            .withInputs("input", hadoop, paths)
            .sha256();
    try (OutputDirectory directory =
        OutputDirectory.open(hadoop, output, KIND, fingerprint, RECORDS)) {
      if (directory.finished().isPresent()) {
        return directory.finished().get();
      }
      String records = directory.resolve(RECORDS).toString();
      MeasuredRecords.of(spark, corpus.records(), extract, true).write().parquet(records);
      ReadCounts counts = ReadCounts.of(spark.read().parquet(records));
      counts.requireUsable(read, inputs);
      return directory.commit(
          details(counts, extract, corpus.skippedFiles()), FileHasher.onExecutors(spark));
    }
  }

  /**
   * The records of an output of this step.
   *
   * @throws InvalidInputException if it was extracted with other settings, or by a version with
   *     other signals
   */
  static Path records(Manifest manifest, Path directory, ExtractConfig extract) {
    if (manifest.details().path("version").asInt() != VERSION) {
      throw new InvalidInputException(
          directory
              + " holds signals of version "
              + manifest.details().path("version").asText("none"),
          "version " + VERSION,
          "measure again with `kindling signals`");
    }
    ObjectNode asked = JSON.valueToTree(extract);
    if (!manifest.details().path("extract").equals(asked)) {
      throw new InvalidInputException(
          directory
              + " was measured with other settings: extract is "
              + manifest.details().path("extract"),
          "the settings of this run, " + asked,
          "give the same settings to both commands, or measure again with `kindling signals`");
    }
    return new Path(directory, RECORDS);
  }

  private static ObjectNode details(
      ReadCounts counts, ExtractConfig extract, List<String> skippedFiles) {
    ObjectNode details = Manifest.newDetails();
    details.put("version", VERSION);
    details.put("read", counts.numRead());
    ObjectNode unreadable = details.putObject("quarantined");
    counts.unreadable().forEach(unreadable::put);
    details.set("extract", JSON.valueToTree(extract));
    ArrayNode skipped = details.putArray("skippedFiles");
    skippedFiles.forEach(skipped::add);
    return details;
  }
}

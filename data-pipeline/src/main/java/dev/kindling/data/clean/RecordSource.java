package dev.kindling.data.clean;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.extract.ExtractConfig;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.read.Corpus;
import dev.kindling.data.read.CorpusReader;
import dev.kindling.data.read.ReadConfig;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Where measured records come from: raw files, which are measured now, or stored signals. */
sealed interface RecordSource {
  /**
   * Rows of {@link MeasuredRecords} that lie on disk.
   *
   * @param withSignals whether signals are needed
   * @param scratch where they may be written
   */
  Dataset<Row> measured(SparkSession spark, boolean withSignals, Path scratch);

  /** Names of files of formats that are not read. */
  List<String> skippedFiles();

  /** Raw files. */
  record Raw(Corpus corpus, ExtractConfig extract) implements RecordSource {
    @Override
    public Dataset<Row> measured(SparkSession spark, boolean withSignals, Path scratch) {
      MeasuredRecords.of(spark, corpus.records(), extract, withSignals)
          .write()
          .parquet(scratch.toString());
      return spark.read().parquet(scratch.toString());
    }

    @Override
    public List<String> skippedFiles() {
      return corpus.skippedFiles();
    }
  }

  /**
   * The output of {@link SignalsJob}.
   *
   * @param records its Parquet directory
   */
  record Stored(Path records, List<String> skippedFiles) implements RecordSource {
    @Override
    public Dataset<Row> measured(SparkSession spark, boolean withSignals, Path scratch) {
      return spark.read().parquet(records.toString());
    }
  }

  /**
   * What the inputs are.
   *
   * @throws InvalidInputException if they cannot be used, or stored signals are not the only input
   *     or were made with other settings
   */
  static RecordSource of(
      SparkSession spark,
      Configuration hadoop,
      ReadConfig read,
      ExtractConfig extract,
      List<String> inputs) {
    for (String input : inputs) {
      if (isStored(hadoop, new Path(input))) {
        if (inputs.size() > 1) {
          throw new InvalidInputException(
              input + " holds signals, and there are other inputs beside it",
              "one directory of signals, or any number of raw files and directories",
              "measure all inputs together with `kindling signals`");
        }
        return stored(hadoop, extract, new Path(input));
      }
    }
    return new Raw(CorpusReader.read(spark, read, inputs), extract);
  }

  /** Whether a path is an output of {@link SignalsJob}. */
  static boolean isStored(Configuration hadoop, Path input) {
    try {
      return Manifest.find(hadoop, input)
          .filter(manifest -> manifest.kind().equals(SignalsJob.KIND))
          .isPresent();
    } catch (InvalidInputException e) {
      // A manifest that is not ours; whoever reads the input says so.
      return false;
    }
  }

  /**
   * The stored signals in a directory.
   *
   * @throws InvalidInputException if there are none, or they were made with other settings
   */
  static Stored stored(Configuration hadoop, ExtractConfig extract, Path directory) {
    Manifest manifest = Manifest.require(hadoop, directory, SignalsJob.KIND);
    List<String> skipped = new ArrayList<>();
    manifest.details().path("skippedFiles").forEach(file -> skipped.add(file.asText()));
    return new Stored(SignalsJob.records(manifest, directory, extract), List.copyOf(skipped));
  }
}

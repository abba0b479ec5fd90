package dev.kindling.spark.score;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Fingerprint;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.read.CorpusReader;
import dev.kindling.data.read.ReadConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What is scored. Cleaned documents and tables keep all of their columns; raw text is read as it
 * stands, without filters; what cannot be read gets no score and is counted.
 *
 * @param path documents, a table, or a file or directory of raw text
 * @param form which of these
 * @param read how raw text becomes documents
 */
public record ScoringInput(Path path, Form form, ReadConfig read) {
  private static final String DOCUMENTS = "documents";
  private static final Set<String> KINDS_OF_TEXT = Set.of(DOCUMENTS, "corpus");
  private static final Pattern PARQUET = Pattern.compile(".*\\.parquet");
  private static final Pattern JSON_LINES = Pattern.compile(".*\\.(jsonl|ndjson|json)(\\.gz)?");

  /** What lies at a path. */
  public enum Form {
    /** The output of {@code kindling clean}. */
    CLEANED,
    /** Parquet files. */
    PARQUET_TABLE,
    /** Files with an object in each line. */
    JSON_TABLE,
    /** Files of text in any format that cleaning reads. */
    RAW
  }

  /**
   * Looks at what is to be scored.
   *
   * @throws InvalidInputException if it is the complete output of a step that has no text
   */
  public static ScoringInput open(Configuration hadoop, ReadConfig read, Path path) {
    Optional<Manifest> manifest = Manifest.find(hadoop, path);
    if (manifest.isPresent() && !KINDS_OF_TEXT.contains(manifest.get().kind())) {
      throw new InvalidInputException(
          path + " is of kind '" + manifest.get().kind() + "'",
          "documents (the output of `kindling clean`), a table or raw text",
          "give the path of a corpus");
    }
    boolean cleaned = manifest.isPresent() && manifest.get().kind().equals(DOCUMENTS);
    return new ScoringInput(path, cleaned ? Form.CLEANED : formOf(hadoop, path), read);
  }

  private static Form formOf(Configuration hadoop, Path path) {
    boolean allParquet = true;
    boolean allJson = true;
    boolean isEmpty = true;
    try {
      FileSystem fs = path.getFileSystem(hadoop);
      if (!fs.exists(path)) {
        return Form.RAW; // whose reader says what is missing
      }
      RemoteIterator<LocatedFileStatus> files = fs.listFiles(path, true);
      while (files.hasNext() && (allParquet || allJson)) {
        String name = files.next().getPath().getName();
        if (!name.startsWith("_") && !name.startsWith(".")) {
          isEmpty = false;
          allParquet &= PARQUET.matcher(name).matches();
          allJson &= JSON_LINES.matcher(name).matches();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + path, e);
    }
    if (isEmpty || allParquet == allJson) {
      return Form.RAW;
    }
    return allParquet ? Form.PARQUET_TABLE : Form.JSON_TABLE;
  }

  Fingerprint addTo(Fingerprint fingerprint, Configuration hadoop) {
    return fingerprint
        .withInput("input", hadoop, path)
        .with("form", form.toString())
        .with("read", read);
  }

  /**
   * The rows. A table without ids can still be read as the texts of a corpus, which get ids by
   * their places.
   */
  ScoringRows load(SparkSession spark, String idColumn) {
    return switch (form) {
      case CLEANED -> ScoringRows.whole(spark.read().parquet(new Path(path, DOCUMENTS).toString()));
      case PARQUET_TABLE -> tableOrTexts(spark, spark.read().parquet(path.toString()), idColumn);
      case JSON_TABLE ->
          tableOrTexts(
              spark,
              spark
                  .read()
                  .option("mode", "PERMISSIVE")
                  .option("columnNameOfCorruptRecord", ScoringRows.BROKEN)
                  .json(path.toString()),
              idColumn);
      case RAW -> texts(spark);
    };
  }

  private ScoringRows tableOrTexts(SparkSession spark, Dataset<Row> table, String idColumn) {
    return List.of(table.columns()).contains(idColumn) ? ScoringRows.ofTable(table) : texts(spark);
  }

  private ScoringRows texts(SparkSession spark) {
    return ScoringRows.ofRaw(spark, CorpusReader.read(spark, read, List.of(path.toString())));
  }

  @Override
  public String toString() {
    return path.toString();
  }
}

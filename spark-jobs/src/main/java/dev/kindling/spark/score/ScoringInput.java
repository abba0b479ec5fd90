package dev.kindling.spark.score;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Fingerprint;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.read.CorpusReader;
import dev.kindling.data.read.ReadConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What is scored. Cleaned documents and tables keep all of their columns; raw text is read as it
 * stands, without filters; what cannot be read gets no score and is counted.
 *
 * @param path documents, a table, or a file or directory of raw text
 * @param form which of these
 * @param isPartitioned whether directories inside of it say the value of a column
 * @param read how raw text becomes documents
 */
public record ScoringInput(Path path, Form form, boolean isPartitioned, ReadConfig read) {
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
    if (cleaned) {
      return new ScoringInput(path, Form.CLEANED, false, read);
    }
    List<Path> files = files(hadoop, path);
    boolean isPartitioned =
        files.stream().anyMatch(file -> file.getParent().getName().contains("="));
    return new ScoringInput(path, formOf(files), isPartitioned, read);
  }

  /** Files with data; none if there is nothing, of which the reader says what is missing. */
  private static List<Path> files(Configuration hadoop, Path path) {
    List<Path> data = new ArrayList<>();
    try {
      FileSystem fs = path.getFileSystem(hadoop);
      if (!fs.exists(path)) {
        return data;
      }
      RemoteIterator<LocatedFileStatus> files = fs.listFiles(path, true);
      while (files.hasNext()) {
        Path file = files.next().getPath();
        if (!file.getName().startsWith("_") && !file.getName().startsWith(".")) {
          data.add(file);
        }
      }
      return data;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + path, e);
    }
  }

  private static Form formOf(List<Path> files) {
    if (!files.isEmpty() && all(files, PARQUET)) {
      return Form.PARQUET_TABLE;
    }
    return !files.isEmpty() && all(files, JSON_LINES) ? Form.JSON_TABLE : Form.RAW;
  }

  private static boolean all(List<Path> files, Pattern name) {
    return files.stream().allMatch(file -> name.matcher(file.getName()).matches());
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
      case PARQUET_TABLE -> tableOrTexts(spark, reader(spark).parquet(path.toString()), idColumn);
      case JSON_TABLE ->
          tableOrTexts(
              spark,
              reader(spark)
                  .option("mode", "PERMISSIVE")
                  .option("columnNameOfCorruptRecord", ScoringRows.BROKEN)
                  .json(path.toString()),
              idColumn);
      case RAW -> texts(spark);
    };
  }

  /** Spark reads directories inside of a directory only if they say the value of a column. */
  private DataFrameReader reader(SparkSession spark) {
    return spark.read().option("recursiveFileLookup", !isPartitioned);
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

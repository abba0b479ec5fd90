package dev.kindling.data.tokenizer;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The kept documents in the output of cleaning. */
public final class CleanDocuments {
  /** The manifest's kind. */
  public static final String KIND = "documents";

  private static final String FOLDER = "documents";
  private static final String SCHEMA = "id STRING, text STRING";

  private CleanDocuments() {}

  /**
   * Opens the documents.
   *
   * @return rows of (id, text)
   * @throws InvalidInputException if {@code directory} is no complete output of cleaning, or no
   *     document was kept
   */
  public static Dataset<Row> open(SparkSession spark, Path directory) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    Manifest manifest = Manifest.require(hadoop, directory, KIND);
    if (manifest.files().stream().noneMatch(file -> file.path().startsWith(FOLDER + "/"))) {
      throw new InvalidInputException(
          directory + " holds no documents",
          "at least one document that cleaning kept",
          "look at its rejected documents with `kindling inspect " + directory + "`");
    }
    return spark.read().schema(SCHEMA).parquet(new Path(directory, FOLDER).toString());
  }
}

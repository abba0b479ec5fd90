package dev.kindling.data;

import dev.kindling.data.manifest.Manifest;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** Outputs of cleaning for the steps that come after it, and the Spark that these need. */
public final class CleanOutput {
  private CleanOutput() {}

  /** A Spark of two threads. */
  public static SparkSession localSpark() {
    return SparkSession.builder()
        .master("local[2]")
        .appName("test")
        .config("spark.ui.enabled", false)
        .config("spark.sql.shuffle.partitions", 3)
        .config("spark.driver.host", "localhost")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate();
  }

  /** Writes texts as kept documents, in so many files. */
  public static org.apache.hadoop.fs.Path write(
      SparkSession spark, Path directory, List<String> texts, int numPartitions) {
    List<Row> rows =
        IntStream.range(0, texts.size())
            .mapToObj(i -> RowFactory.create("doc-" + i, texts.get(i), "test.txt", "en"))
            .toList();
    StructType schema =
        StructType.fromDDL("id STRING, text STRING, source STRING, language STRING");
    Dataset<Row> documents = spark.createDataFrame(rows, schema).repartition(numPartitions);
    org.apache.hadoop.fs.Path path = hadoopPath(directory);
    documents.write().parquet(path + "/documents");
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    Manifest.describe(hadoop, path, "documents", "f" + numPartitions, Manifest.newDetails())
        .commit(hadoop, path);
    return path;
  }

  /** The path in Hadoop's terms. */
  public static org.apache.hadoop.fs.Path hadoopPath(Path path) {
    return new org.apache.hadoop.fs.Path(path.toUri());
  }
}

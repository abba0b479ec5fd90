package dev.kindling.spark.ngram;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * Tables that later steps of the same run need more than once, as Parquet: nothing is computed
 * twice when an executor is lost, and a run that was killed goes on behind the last whole table.
 *
 * @param directory that is deleted in the end
 */
record WorkTables(SparkSession spark, Path directory) {
  /**
   * A table, which is computed where it is not there.
   *
   * @param schema its columns, as SQL declares them
   */
  Dataset<Row> table(String name, String schema, Supplier<Dataset<Row>> rows) {
    Path path = new Path(directory, name);
    if (!isWhole(path)) {
      rows.get().write().mode(SaveMode.Overwrite).parquet(path.toString());
    }
    return spark.read().schema(schema).parquet(path.toString());
  }

  private boolean isWhole(Path path) {
    try {
      FileSystem fs = path.getFileSystem(spark.sparkContext().hadoopConfiguration());
      return fs.exists(new Path(path, "_SUCCESS"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look at " + path, e);
    }
  }
}

package dev.kindling.spark.inspect;

import java.util.List;
import java.util.function.Supplier;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The first rows of a Parquet directory. */
record ParquetSample(List<String> columns, List<Row> rows) {
  static ParquetSample of(Supplier<SparkSession> spark, Path directory, int numRows) {
    Dataset<Row> table = spark.get().read().parquet(directory.toString());
    return new ParquetSample(List.of(table.columns()), table.takeAsList(numRows));
  }
}

package dev.kindling.spark.inspect;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.report.Words;
import java.util.function.Supplier;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** Measured records. */
record SignalsExplainer(Supplier<SparkSession> spark) implements KindExplainer {
  @Override
  public void explain(Path directory, Manifest manifest, Explanation out) {
    out.fact("extracted texts, with every quality signal of them as a column");
    out.fact(Words.measured(manifest.details()));
    out.fact("extracted with " + manifest.details().path("extract"));
    ParquetSample sample = ParquetSample.of(spark, new Path(directory, "records"), 0);
    out.fact("columns: " + String.join(", ", sample.columns()));
    out.next("kindling clean --input " + directory + " --explain");
    out.next("kindling clean --input " + directory + " --output DOCUMENTS");
  }
}

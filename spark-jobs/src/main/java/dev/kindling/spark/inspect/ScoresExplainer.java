package dev.kindling.spark.inspect;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.report.Words;
import java.util.Locale;
import java.util.function.Supplier;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Scored documents. */
record ScoresExplainer(Supplier<SparkSession> spark) implements KindExplainer {
  private static final int NUM_EXAMPLES = 5;

  @Override
  public void explain(Path directory, Manifest manifest, Explanation out) {
    out.fact("documents with what a model thinks of them: less bits per byte is likelier text");
    out.fact(Words.scored(manifest.details()));
    if (manifest.details().path("documents").asLong() > 0) {
      ParquetSample sample = ParquetSample.of(spark, new Path(directory, "scores"), NUM_EXAMPLES);
      out.fact("columns: " + String.join(", ", sample.columns()));
      for (Row row : sample.rows()) {
        Double bitsPerByte = row.getAs("bits_per_byte");
        out.fact(
            String.format(
                Locale.ROOT,
                "%s: %d tokens, %s bits per byte",
                row.getAs("id"),
                row.<Long>getAs("tokens"),
                bitsPerByte == null ? "no" : String.format(Locale.ROOT, "%.3f", bitsPerByte)));
      }
    }
    out.next(
        "spark.read.parquet(\""
            + directory
            + "/scores\").orderBy(\"bits_per_byte\")   (spark-shell)");
  }
}

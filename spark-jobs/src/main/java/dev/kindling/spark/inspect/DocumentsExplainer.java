package dev.kindling.spark.inspect;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.report.Words;
import java.util.function.Supplier;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Cleaned documents. */
record DocumentsExplainer(Supplier<SparkSession> spark) implements KindExplainer {
  private static final int NUM_EXAMPLES = 2;

  @Override
  public void explain(Path directory, Manifest manifest, Explanation out) {
    boolean deduplicated = manifest.details().has("clustersBySize");
    out.fact(
        deduplicated
            ? "documents without near-duplicates, and beside them what was removed"
            : "documents that cleaning kept, and beside them what it rejected");
    out.fact(
        deduplicated ? Words.deduplicated(manifest.details()) : Words.cleaned(manifest.details()));
    if (manifest.details().path("kept").asLong() > 0) {
      ParquetSample sample =
          ParquetSample.of(spark, new Path(directory, "documents"), NUM_EXAMPLES);
      out.fact("columns: " + String.join(", ", sample.columns()));
      for (Row row : sample.rows()) {
        out.quote(
            "document " + row.getAs("id") + " (" + row.getAs("language") + ")", row.getAs("text"));
      }
    }
    out.next("kindling tokenizer --input " + directory + " --output TOKENIZER");
    out.next("kindling tokenize --input " + directory + " --tokenizer TOKENIZER --output TOKENS");
  }
}

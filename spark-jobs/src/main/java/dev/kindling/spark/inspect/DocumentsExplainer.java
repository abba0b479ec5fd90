package dev.kindling.spark.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.report.Words;
import java.util.function.Supplier;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Documents that were cleaned, deduplicated or decontaminated. */
record DocumentsExplainer(Supplier<SparkSession> spark) implements KindExplainer {
  private static final int NUM_EXAMPLES = 2;

  @Override
  public void explain(Path directory, Manifest manifest, Explanation out) {
    explain(manifest.details(), out);
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

  private static void explain(JsonNode details, Explanation out) {
    if (details.has("clustersBySize")) {
      out.fact("documents without near-duplicates, and beside them what was removed");
      out.fact(Words.deduplicated(details));
    } else if (details.has("evaluations")) {
      out.fact("documents without text of evaluation sets, and beside them what was removed");
      out.fact(Words.decontaminated(details));
    } else {
      out.fact("documents that cleaning kept, and beside them what it rejected");
      out.fact(Words.cleaned(details));
    }
  }
}

package dev.kindling.spark.inspect;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.report.ScoreWords;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;

/** Scored rows. */
record ScoresExplainer(Supplier<SparkSession> spark) implements KindExplainer {
  private static final int NUM_EXAMPLES = 5;
  private static final int MOST_CHARACTERS = 80;

  /** What an example shows of a row, where it has that. */
  private static final List<String> SHOWN =
      List.of(
          "shots",
          "tokens",
          "bits_per_byte",
          "log_likelihood",
          "greedy",
          "log_likelihoods",
          "prediction",
          "acc",
          "acc_norm",
          "pseudo_log_likelihood",
          "embedding",
          "generated",
          "ended_by",
          "score_error");

  @Override
  public void explain(Path directory, Manifest manifest, Explanation out) {
    String mode = manifest.details().path("mode").asText();
    out.fact("rows with what a model says of them, in the mode " + mode);
    ScoreWords.of(manifest.details()).lines().forEach(out::fact);
    if (manifest.details().path("documents").asLong() > 0) {
      ParquetSample sample = ParquetSample.of(spark, new Path(directory, "scores"), NUM_EXAMPLES);
      out.fact("columns: " + String.join(", ", sample.columns()));
      String id = manifest.details().path("id").asText();
      for (Row row : sample.rows()) {
        out.fact(row.<Object>getAs(id) + ":" + example(row));
      }
    }
    out.next("spark.read.parquet(\"" + directory + "/scores\")   (spark-shell)");
  }

  private static String example(Row row) {
    StringBuilder text = new StringBuilder();
    List<String> columns = List.of(row.schema().fieldNames());
    for (String column : SHOWN) {
      if (columns.contains(column) && !row.isNullAt(row.fieldIndex(column))) {
        text.append(' ').append(column).append(' ').append(shown(valueOf(row, column)));
      }
    }
    return text.toString();
  }

  private static Object valueOf(Row row, String column) {
    int index = row.fieldIndex(column);
    if (row.schema().apply(index).dataType() instanceof ArrayType) {
      return row.getList(index).stream().map(ScoresExplainer::shown).toList();
    }
    return row.get(index);
  }

  private static String shown(Object value) {
    String text =
        value instanceof Double || value instanceof Float
            ? String.format(Locale.ROOT, "%.3f", ((Number) value).doubleValue())
            : value.toString().replace("\n", "\\n");
    return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + "…";
  }
}

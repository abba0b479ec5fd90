package dev.kindling.spark.score;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.stddev_samp;
import static org.apache.spark.sql.functions.substring_index;
import static org.apache.spark.sql.functions.sum;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.score.plan.ScoreMode;
import dev.kindling.spark.score.plan.ScoreMode.Added;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** What all rows came to, by the mode that they were scored in. */
final class ScoreTotals {
  private final ScoreMode mode;
  private final Dataset<Row> scores;
  private final String id;

  /**
   * @param scores rows with the mode's columns
   * @param id their column
   */
  ScoreTotals(ScoreMode mode, Dataset<Row> scores, String id) {
    this.mode = mode;
    this.scores = scores;
    this.id = id;
  }

  /** As the details of a manifest. */
  ObjectNode details() {
    ObjectNode details = Manifest.newDetails();
    details.put("mode", mode.toString());
    details.put("id", id);
    details.put("documents", scores.select(Columns.of(id)).distinct().count());
    addErrors(details);
    Dataset<Row> scored = scores.filter(col(Added.ERROR).isNull());
    switch (mode) {
      case ROLLING -> addRolling(details, scored);
      case CONTINUATION -> addContinuations(details, scored);
      case CHOICE -> addChoices(details, scored);
      case MASKED -> addMasked(details, scored);
      case EMBED -> addEmbeddings(details, scored);
      case GENERATE -> addGenerated(details, scored);
    }
    return details;
  }

  private void addErrors(ObjectNode details) {
    ObjectNode notScored = details.putObject("notScored");
    Column reason = substring_index(col(Added.ERROR), ":", 1);
    for (Row row :
        scores
            .filter(col(Added.ERROR).isNotNull())
            .groupBy(reason.as("reason"))
            .agg(countDistinct(Columns.of(id)))
            .orderBy("reason")
            .collectAsList()) {
      notScored.put(row.getString(0), row.getLong(1));
    }
  }

  private static void addRolling(ObjectNode details, Dataset<Row> scored) {
    Row sums = scored.agg(sum(Added.TOKENS), sum(Added.BYTES), sum(Added.LOG_LIKELIHOOD)).first();
    long tokens = sums.isNullAt(0) ? 0 : sums.getLong(0);
    long bytes = sums.isNullAt(1) ? 0 : sums.getLong(1);
    double logLikelihood = sums.isNullAt(2) ? 0 : sums.getDouble(2);
    details.put("tokens", tokens);
    details.put("bytes", bytes);
    details.put("logLikelihood", logLikelihood);
    if (tokens > 0) {
      details.put("bitsPerByte", -logLikelihood / (bytes * Math.log(2)));
      details.put("perplexity", Math.exp(-logLikelihood / tokens));
    }
  }

  private static void addMasked(ObjectNode details, Dataset<Row> scored) {
    Row sums = scored.agg(sum(Added.TOKENS), sum(Added.PSEUDO_LOG_LIKELIHOOD)).first();
    long tokens = sums.isNullAt(0) ? 0 : sums.getLong(0);
    double logLikelihood = sums.isNullAt(1) ? 0 : sums.getDouble(1);
    details.put("tokens", tokens);
    details.put("pseudoLogLikelihood", logLikelihood);
    if (tokens > 0) {
      details.put("pseudoPerplexity", Math.exp(-logLikelihood / tokens));
    }
  }

  private static void addContinuations(ObjectNode details, Dataset<Row> scored) {
    Column greedy = col(Added.GREEDY).cast("double");
    Row sums =
        scored
            .agg(
                count(lit(1)),
                sum(Added.TOKENS),
                sum(Added.LOG_LIKELIHOOD),
                avg(greedy),
                sum(col(Added.TRUNCATED).cast("long")))
            .first();
    details.put("continuations", sums.getLong(0));
    if (sums.getLong(0) > 0) {
      details.put("tokens", sums.getLong(1));
      details.put("logLikelihood", sums.getDouble(2));
      details.put("greedy", sums.getDouble(3));
      details.put("truncated", sums.getLong(4));
    }
  }

  /** One entry for every number of shots, all on the same rows. */
  private void addChoices(ObjectNode details, Dataset<Row> scored) {
    ArrayNode shots = details.putArray("shots");
    List<Row> accuracies =
        scored
            .groupBy(Added.SHOTS)
            .agg(
                count(Added.ACC).as("labelled"),
                avg(Added.ACC),
                stddev_samp(Added.ACC),
                avg(Added.ACC_NORM),
                stddev_samp(Added.ACC_NORM),
                sum(col(Added.TRUNCATED).cast("long")))
            .orderBy(Added.SHOTS)
            .collectAsList();
    for (Row row : accuracies) {
      ObjectNode entry = shots.addObject();
      entry.put("shots", row.getInt(0));
      entry.put("labelled", row.getLong(1));
      if (row.getLong(1) > 0) {
        double root = Math.sqrt((double) row.getLong(1));
        put(entry, "acc", row, 2, 1);
        put(entry, "accError", row, 3, root);
        put(entry, "accNorm", row, 4, 1);
        put(entry, "accNormError", row, 5, root);
      }
      entry.put("truncated", row.getLong(6));
    }
    if (accuracies.size() > 1) {
      addGains(shots, scored);
    }
  }

  /** Differences on the same rows say more than two accuracies with an error each. */
  private void addGains(ArrayNode shots, Dataset<Row> scored) {
    int least = shots.get(0).path("shots").asInt();
    Dataset<Row> all =
        scored.select(
            Columns.of(id).as("row"), col(Added.SHOTS), col(Added.ACC), col(Added.ACC_NORM));
    Dataset<Row> fewest =
        all.filter(col(Added.SHOTS).equalTo(least))
            .select(col("row"), col(Added.ACC).as("acc0"), col(Added.ACC_NORM).as("norm0"));
    Column gain = col(Added.ACC).minus(col("acc0"));
    Column gainNorm = col(Added.ACC_NORM).minus(col("norm0"));
    List<Row> gains =
        all.join(fewest, "row")
            .groupBy(Added.SHOTS)
            .agg(
                count(gain).as("compared"),
                avg(gain),
                stddev_samp(gain),
                avg(gainNorm),
                stddev_samp(gainNorm))
            .orderBy(Added.SHOTS)
            .collectAsList();
    for (int i = 1; i < gains.size(); i++) {
      Row row = gains.get(i);
      ObjectNode entry = (ObjectNode) shots.get(i);
      double root = Math.sqrt((double) row.getLong(1));
      put(entry, "gain", row, 2, 1);
      put(entry, "gainError", row, 3, root);
      put(entry, "gainNorm", row, 4, 1);
      put(entry, "gainNormError", row, 5, root);
    }
  }

  private static void put(ObjectNode entry, String name, Row row, int column, double divisor) {
    // The deviation of one value is not a number.
    if (!row.isNullAt(column) && Double.isFinite(row.getDouble(column))) {
      entry.put(name, row.getDouble(column) / divisor);
    }
  }

  private static void addEmbeddings(ObjectNode details, Dataset<Row> scored) {
    Row sums =
        scored.agg(count(lit(1)), sum(Added.TOKENS), max(size(col(Added.EMBEDDING)))).first();
    details.put("embeddings", sums.getLong(0));
    if (sums.getLong(0) > 0) {
      details.put("tokens", sums.getLong(1));
      details.put("dimensions", sums.getInt(2));
    }
  }

  private static void addGenerated(ObjectNode details, Dataset<Row> scored) {
    details.put("texts", scored.count());
    Row tokens = scored.agg(sum(Added.TOKENS)).first();
    details.put("tokens", tokens.isNullAt(0) ? 0 : tokens.getLong(0));
    ObjectNode endedBy = details.putObject("endedBy");
    for (Row row : scored.groupBy(Added.ENDED_BY).count().orderBy(Added.ENDED_BY).collectAsList()) {
      endedBy.put(row.getString(0), row.getLong(1));
    }
  }
}

package dev.kindling.data.clean;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import dev.kindling.data.dedup.ExactDuplicates;
import dev.kindling.data.dedup.FewRows;
import dev.kindling.data.signal.Signal;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/**
 * What becomes of every measured record. Decisions are made over the measured columns alone, which
 * is all that is read, cached and shuffled for them; texts are read when the outputs are written.
 */
final class Decisions implements AutoCloseable {
  static final String KEPT = "kept";
  static final String REJECTED = "rejected";
  static final String QUARANTINED = "quarantined";

  /** A column: 1 where the record got another id than it brought, else 0. */
  static final String RENAMED = "renamed";

  /** The rule of documents whose address another one has. */
  static final String DUPLICATE_URL = "duplicate-url";

  private static final StructType VERDICT =
      new StructType().add("rule", DataTypes.StringType).add("reason", DataTypes.StringType);

  private static final List<String> NARROW =
      List.of(
          "id",
          "origin",
          "url",
          "date",
          "language",
          "characters",
          "utf8_bytes",
          "masked_emails",
          "masked_ip_addresses",
          "masked_card_numbers",
          "masked_phone_numbers",
          "content_key",
          "unreadable",
          "outcome",
          "rule");

  private static final List<String> REJECTED_COLUMNS =
      List.of(
          "id", "text", "source", "url", "language", "characters", "utf8_bytes", "rule", "reason");

  private final Dataset<Row> judged;
  private final Dataset<Row> narrow;
  private final Dataset<Row> settled;

  private Decisions(Dataset<Row> judged, Dataset<Row> narrow, Dataset<Row> settled) {
    this.judged = judged;
    this.narrow = narrow;
    this.settled = settled;
  }

  /**
   * Judges all records and finds the duplicates among those that the rules keep.
   *
   * @param measured rows of {@link MeasuredRecords}; read several times, so on disk
   */
  static Decisions of(Dataset<Row> measured, CleanRules rules, CleanConfig config) {
    Dataset<Row> judged = judge(measured, rules);
    Dataset<Row> narrow =
        judged
            .select(NARROW.stream().map(Decisions::column).toArray(Column[]::new))
            .persist(StorageLevel.MEMORY_AND_DISK());
    Dataset<Row> settled =
        renameDuplicateIds(narrow).withColumn("kept_id", lit(null).cast("string"));
    if (config.deduplicateUrls()) {
      UDF1<String, String> bare = url -> url == null ? null : Urls.bare(url);
      Column newest = max(struct(coalesce(col("date"), lit("")).as("date"), col("id").as("id")));
      settled =
          rejectDuplicates(
              settled.withColumn("url_key", udf(bare, DataTypes.StringType).apply(col("url"))),
              "url_key",
              newest.getField("id"),
              DUPLICATE_URL);
    }
    if (config.deduplicate()) {
      settled = rejectDuplicates(settled, "content_key", min(col("id")), ExactDuplicates.RULE);
    }
    return new Decisions(judged, narrow, settled.persist(StorageLevel.MEMORY_AND_DISK()));
  }

  /** Counts all records in one job, in which no text is read. */
  CleanCounts counts() {
    return CleanCounts.of(settled);
  }

  /** The kept documents with all that was measured of them. */
  Dataset<Row> documents() {
    Set<String> omitted =
        new HashSet<>(
            List.of("gibberish", "origin", "position", "content_key", "unreadable", "detail"));
    omitted.addAll(List.of("outcome", "rule", "reason"));
    Dataset<Row> all = joined();
    return all.filter(col("outcome").equalTo(KEPT))
        .select(
            Arrays.stream(all.columns())
                .filter(name -> !omitted.contains(name))
                .map(Decisions::column)
                .toArray(Column[]::new));
  }

  /** The rejected documents, each with the rule and what it found. */
  Dataset<Row> rejected() {
    return joined()
        .filter(col("outcome").equalTo(REJECTED))
        .select(REJECTED_COLUMNS.stream().map(Decisions::column).toArray(Column[]::new));
  }

  /** The records that cannot be read, each with the reason. */
  Dataset<Row> quarantined() {
    return judged
        .filter(col("outcome").equalTo(QUARANTINED))
        .select(
            col("id"),
            col("source"),
            col("position"),
            col("unreadable").as("reason"),
            col("detail"));
  }

  @Override
  public void close() {
    settled.unpersist();
    narrow.unpersist();
  }

  /** Adds what the rules say: {@code outcome}, and {@code rule} and {@code reason} of rejects. */
  private static Dataset<Row> judge(Dataset<Row> measured, CleanRules plan) {
    List<Signal> signals = List.copyOf(plan.signals());
    UDF1<Row, Row> judge =
        row ->
            plan.judge(MeasuredRecords.measures(row, signals))
                .map(rejection -> RowFactory.create(rejection.rule(), rejection.reason()))
                .orElse(null);
    Column readable = col("unreadable").isNull();
    return measured
        .withColumn(
            "verdict", when(readable, udf(judge, VERDICT).apply(MeasuredRecords.measures(signals))))
        .withColumn("rule", col("verdict.rule"))
        .withColumn("reason", col("verdict.reason"))
        .withColumn(
            "outcome",
            when(readable, when(col("rule").isNull(), KEPT).otherwise(REJECTED))
                .otherwise(QUARANTINED))
        .drop("verdict");
  }

  /**
   * Of records that bring the same id, as files do that are each numbered from 0, the one of the
   * smallest origin keeps it, and the others get their origins as ids: scores and splits are joined
   * on ids. Adds the column {@code renamed}. Files whose records have no ids of their own cannot
   * clash, so that mostly nothing is to be done.
   */
  private static Dataset<Row> renameDuplicateIds(Dataset<Row> records) {
    Dataset<Row> clashes =
        records
            .filter(col("outcome").notEqual(QUARANTINED))
            .groupBy(col("id"))
            .agg(min(col("origin")).as("first_origin"), count(lit(1)).as("num_members"))
            .filter(col("num_members").gt(1))
            .select(col("id").as("clashing_id"), col("first_origin"));
    if (clashes.isEmpty()) {
      return records.withColumn(RENAMED, lit(0));
    }
    Column clashing =
        col("outcome")
            .notEqual(QUARANTINED)
            .and(col("first_origin").isNotNull())
            .and(col("first_origin").notEqual(col("origin")));
    return records
        .join(clashes, records.col("id").equalTo(clashes.col("clashing_id")), "left")
        .withColumn(RENAMED, when(clashing, 1).otherwise(0))
        .withColumn("id", when(col(RENAMED).equalTo(1), col("origin")).otherwise(col("id")))
        .drop("clashing_id", "first_origin");
  }

  /** Rejects duplicates among what was kept so far, and sets {@code kept_id} to what stays. */
  private static Dataset<Row> rejectDuplicates(
      Dataset<Row> records, String key, Column staying, String rule) {
    Column duplicate = col("other_id").isNotNull();
    return ExactDuplicates.markDuplicates(
            records, col("outcome").equalTo(KEPT), key, "id", staying, "other_id")
        .withColumn("outcome", when(duplicate, REJECTED).otherwise(col("outcome")))
        .withColumn("rule", when(duplicate, rule).otherwise(col("rule")))
        .withColumn("kept_id", coalesce(col("other_id"), col("kept_id")))
        .drop("other_id");
  }

  /** The judged records with new ids and duplicates, of which there are mostly few. */
  private Dataset<Row> joined() {
    Dataset<Row> changes =
        settled
            .filter(col(RENAMED).equalTo(1).or(col("kept_id").isNotNull()))
            .select(
                col("origin").as("changed_origin"),
                col("id").as("new_id"),
                col("kept_id"),
                col("rule").as("new_rule"));
    Dataset<Row> small = FewRows.ifFew(changes);
    Column duplicate = col("kept_id").isNotNull();
    return judged
        .join(small, judged.col("origin").equalTo(small.col("changed_origin")), "left")
        .withColumn("id", coalesce(col("new_id"), col("id")))
        .withColumn("outcome", when(duplicate, REJECTED).otherwise(col("outcome")))
        .withColumn("rule", when(duplicate, col("new_rule")).otherwise(col("rule")))
        .withColumn("reason", coalesce(col("kept_id"), col("reason")))
        .drop("changed_origin", "new_id", "kept_id", "new_rule");
  }

  private static Column column(String name) {
    return col("`" + name + "`");
  }
}

package dev.kindling.data.clean;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.when;

import dev.kindling.data.Document;
import dev.kindling.data.clean.DocumentCleaner.Cleaned;
import dev.kindling.data.clean.FilterDecision.Reject;
import dev.kindling.data.dedup.ExactDuplicates;
import dev.kindling.data.read.ReadRecord;
import dev.kindling.data.read.ReadRecord.Quarantined;
import dev.kindling.data.read.ReadRecord.ReadDocument;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Every record of the input as one row that says what became of it, so that the text is read and
 * cleaned once, whatever is then counted or written. Columns that do not apply are null.
 */
final class CleanedRecords {
  static final String KEPT = "kept";
  static final String REJECTED = "rejected";
  static final String QUARANTINED = "quarantined";

  /** A column: 1 where the record got another id than it brought, else 0. */
  static final String RENAMED = "renamed";

  static final StructType SCHEMA =
      new StructType()
          .add("id", DataTypes.StringType, false)
          .add("text", DataTypes.StringType)
          .add("source", DataTypes.StringType, false)
          .add("language", DataTypes.StringType)
          .add("characters", DataTypes.IntegerType)
          .add("masked_emails", DataTypes.IntegerType)
          .add("masked_ip_addresses", DataTypes.IntegerType)
          .add("masked_card_numbers", DataTypes.IntegerType)
          .add("masked_phone_numbers", DataTypes.IntegerType)
          .add("origin", DataTypes.StringType, false)
          .add("position", DataTypes.LongType, false)
          .add("content_key", DataTypes.BinaryType, false)
          .add("outcome", DataTypes.StringType, false)
          .add("rule", DataTypes.StringType)
          .add("reason", DataTypes.StringType)
          .add("detail", DataTypes.StringType);

  private static final byte[] NO_KEY = {};

  private CleanedRecords() {}

  /** Cleans every record; nothing is computed before an action asks for it. */
  static Dataset<Row> of(SparkSession spark, JavaRDD<ReadRecord> records, CleanConfig config) {
    DocumentCleaner cleaner = new DocumentCleaner(config);
    JavaRDD<Row> rows = records.map(record -> row(record, cleaner));
    return spark.createDataFrame(rows, SCHEMA);
  }

  /**
   * Of records that bring the same id, as files do that are each numbered from 0, the one of the
   * smallest origin keeps it, and the others get their origins as ids: scores and splits are joined
   * on ids. Adds the column {@code renamed}. Files whose records have no ids of their own cannot
   * clash, so that mostly nothing is to be done.
   */
  static Dataset<Row> renameDuplicateIds(Dataset<Row> records) {
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

  /** Rejects exact duplicates among what was kept so far. */
  static Dataset<Row> rejectDuplicates(Dataset<Row> records) {
    Column duplicate = col("kept_id").isNotNull();
    return ExactDuplicates.markDuplicates(
            records, col("outcome").equalTo(KEPT), "content_key", "id", "kept_id")
        .withColumn("outcome", when(duplicate, REJECTED).otherwise(col("outcome")))
        .withColumn("rule", when(duplicate, ExactDuplicates.RULE).otherwise(col("rule")))
        .withColumn("reason", when(duplicate, col("kept_id")).otherwise(col("reason")))
        .drop("kept_id");
  }

  static Dataset<Row> kept(Dataset<Row> records) {
    return records
        .filter(col("outcome").equalTo(KEPT))
        .select(
            "id",
            "text",
            "source",
            "language",
            "characters",
            "masked_emails",
            "masked_ip_addresses",
            "masked_card_numbers",
            "masked_phone_numbers");
  }

  static Dataset<Row> rejected(Dataset<Row> records) {
    return records
        .filter(col("outcome").equalTo(REJECTED))
        .select("id", "text", "source", "language", "rule", "reason");
  }

  static Dataset<Row> quarantined(Dataset<Row> records) {
    return records
        .filter(col("outcome").equalTo(QUARANTINED))
        .select("id", "source", "position", "reason", "detail");
  }

  private static Row row(ReadRecord record, DocumentCleaner cleaner) {
    if (record instanceof ReadDocument readable) {
      return row(readable, cleaner.clean(readable.document(), readable.html()));
    }
    return row((Quarantined) record);
  }

  private static Row row(ReadDocument readable, Cleaned cleaned) {
    Document document = cleaned.document();
    boolean rejected = cleaned.decision() instanceof Reject;
    return RowFactory.create(
        document.id(),
        document.text(),
        document.source(),
        document.language(),
        cleaned.characters(),
        cleaned.masked().numEmails(),
        cleaned.masked().numIpAddresses(),
        cleaned.masked().numCardNumbers(),
        cleaned.masked().numPhoneNumbers(),
        readable.origin(),
        readable.position(),
        ExactDuplicates.key(document.text()),
        rejected ? REJECTED : KEPT,
        cleaned.decision() instanceof Reject reject ? reject.rule() : null,
        cleaned.decision() instanceof Reject reject ? reject.reason() : null,
        null);
  }

  private static Row row(Quarantined quarantined) {
    return RowFactory.create(
        quarantined.id(),
        null,
        quarantined.source(),
        null,
        null,
        null,
        null,
        null,
        null,
        quarantined.id(),
        quarantined.position(),
        NO_KEY,
        QUARANTINED,
        null,
        quarantined.reason().label(),
        quarantined.detail());
  }
}

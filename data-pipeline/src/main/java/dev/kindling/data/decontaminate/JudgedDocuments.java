package dev.kindling.data.decontaminate;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.posexplode_outer;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.DocumentLengths;
import dev.kindling.data.decontaminate.Decontaminator.Contaminated;
import dev.kindling.data.decontaminate.Decontaminator.Cut;
import dev.kindling.data.decontaminate.Decontaminator.Verdict;
import dev.kindling.data.manifest.Manifest;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/**
 * Documents with their verdicts, which are kept until this is closed.
 *
 * @param documents with a column that has the reason of those that are removed, and the pieces of
 *     those that are cut
 * @param ngrams the n-grams that they are judged by
 */
record JudgedDocuments(Dataset<Row> documents, Broadcast<EvaluationNgrams> ngrams)
    implements AutoCloseable {

  /** The rule of the documents that are removed. */
  static final String RULE = "contaminated";

  private static final Column REASON = col("contamination.reason");
  private static final Column PIECES = col("contamination.pieces");
  private static final StructType VERDICT =
      StructType.fromDDL("reason STRING, pieces ARRAY<STRING>");

  /** Judges documents, on their first use. */
  static JudgedDocuments of(
      Dataset<Row> documents, EvaluationNgrams ngrams, DecontaminateConfig config) {
    SparkSession spark = documents.sparkSession();
    Broadcast<EvaluationNgrams> shared =
        JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(ngrams);
    UserDefinedFunction judge =
        udf((UDF1<String, Row>) text -> judge(text, shared.value(), config), VERDICT);
    Dataset<Row> judged =
        documents
            .withColumn("contamination", judge.apply(col("text")))
            .persist(StorageLevel.MEMORY_AND_DISK());
    return new JudgedDocuments(judged, shared);
  }

  /**
   * What stays. A document that became several pieces is as many documents, with the number of the
   * piece behind its id; their other columns are those of the document.
   */
  Dataset<Row> kept() {
    Column id = when(size(PIECES).gt(1), concat(col("id"), lit("#"), col("piece_number").plus(1)));
    Dataset<Row> pieces =
        documents
            .filter(REASON.isNull())
            .select(
                col("*"), posexplode_outer(PIECES).as(new String[] {"piece_number", "piece_text"}))
            .withColumn("id", coalesce(id, col("id")))
            .withColumn("text", coalesce(col("piece_text"), col("text")))
            .drop("contamination", "piece_number", "piece_text");
    return DocumentLengths.measured(pieces);
  }

  /** What goes. */
  Dataset<Row> rejected() {
    return documents
        .filter(REASON.isNotNull())
        .select(
            col("id"),
            col("text"),
            col("source"),
            col("language"),
            lit(RULE).as("rule"),
            REASON.as("reason"));
  }

  /** What became of the documents, for the manifest. */
  ObjectNode counts() {
    Row counts =
        documents
            .agg(
                count(lit(1)),
                count(REASON),
                count(PIECES),
                coalesce(sum(when(PIECES.isNotNull(), size(PIECES))), lit(0L)))
            .first();
    ObjectNode details = Manifest.newDetails();
    details.put("read", counts.getLong(0));
    details.put("kept", counts.getLong(0) - counts.getLong(1));
    details.putObject("rejected").put(RULE, counts.getLong(1));
    details.putObject("quarantined");
    details.put("cut", counts.getLong(2));
    details.put("pieces", counts.getLong(3));
    return details;
  }

  @Override
  public void close() {
    documents.unpersist();
    ngrams.destroy();
  }

  private static Row judge(String text, EvaluationNgrams ngrams, DecontaminateConfig config) {
    if (text == null) {
      return null;
    }
    Verdict verdict = new Decontaminator(ngrams, config).judge(text);
    if (verdict instanceof Contaminated contaminated) {
      return RowFactory.create(contaminated.reason(), null);
    }
    return verdict instanceof Cut cut
        ? RowFactory.create(null, cut.pieces().toArray(String[]::new))
        : null;
  }
}

package dev.kindling.data;

import static org.apache.spark.sql.functions.char_length;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.octet_length;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The lengths that stand beside a text, after the text was changed. */
public final class DocumentLengths {
  private DocumentLengths() {}

  /**
   * Sets {@code characters}, in Unicode code points, and {@code utf8_bytes}. Quality signals stay
   * those of the text that was judged.
   *
   * @param documents with the column text
   */
  public static Dataset<Row> measured(Dataset<Row> documents) {
    return documents
        .withColumn("characters", char_length(col("text")))
        .withColumn("utf8_bytes", octet_length(col("text")));
  }
}

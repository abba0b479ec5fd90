package dev.kindling.data.dedup;

import static org.apache.spark.sql.functions.broadcast;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The small side of a join with texts: what was decided of some of the documents. Spark does not
 * know how small it is, and would shuffle the texts to be safe.
 */
public final class FewRows {
  /** Of some 100 bytes each, so many fit every executor. */
  private static final long MOST = 200_000;

  private FewRows() {}

  /**
   * The same rows, to be sent to every executor if they are few enough for that.
   *
   * @param rows counted here, so best cached
   */
  public static Dataset<Row> ifFew(Dataset<Row> rows) {
    return rows.count() > MOST ? rows : broadcast(rows);
  }
}

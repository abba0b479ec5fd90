package dev.kindling.spark.score;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;

/** Columns by names in which a dot is a dot. */
final class Columns {
  private Columns() {}

  static Column of(String name) {
    return functions.col("`" + name.replace("`", "``") + "`");
  }
}

package dev.kindling.data.dedup.minhash;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.negate;

import dev.kindling.data.InvalidInputException;
import java.util.Arrays;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;

/** A {@link KeepRule} as a column to order by. */
final class KeepOrder {
  /** A column: the smallest stays; null comes last. */
  static final String RANK = "rank";

  private KeepOrder() {}

  /**
   * The ranks of documents.
   *
   * @return rows of (id, rank)
   * @throws InvalidInputException if the rule's column is missing or of a wrong type
   */
  static Dataset<Row> ranks(Dataset<Row> documents, Dataset<Row> signatures, KeepRule rule) {
    if (rule instanceof KeepRule.Oldest oldest) {
      field(documents, oldest.column());
      return documents.select(
          col(MinHashSignatures.ID), documents.col(quoted(oldest.column())).as(RANK));
    }
    if (rule instanceof KeepRule.Best best) {
      requireNumeric(field(documents, best.column()));
      return documents.select(
          col(MinHashSignatures.ID), negate(documents.col(quoted(best.column()))).as(RANK));
    }
    return signatures.select(
        col(MinHashSignatures.ID), negate(col(MinHashSignatures.CHARACTERS)).as(RANK));
  }

  private static StructField field(Dataset<Row> documents, String column) {
    return Arrays.stream(documents.schema().fields())
        .filter(field -> field.name().equals(column))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "minhash.keep names the column '" + column + "'",
                    "one of " + String.join(", ", documents.columns()),
                    "change minhash.keep, or add the column to the documents"));
  }

  private static void requireNumeric(StructField field) {
    if (!(field.dataType() instanceof NumericType)) {
      throw new InvalidInputException(
          "minhash.keep is best:" + field.name() + ", of type " + field.dataType().sql(),
          "a numeric column",
          "choose another column, or oldest:" + field.name() + " to keep the smallest value");
    }
  }

  private static String quoted(String column) {
    return "`" + column.replace("`", "``") + "`";
  }
}

package dev.kindling.spark.score.prompt;

import dev.kindling.spark.config.ScoreColumns;
import dev.kindling.spark.score.plan.UnscorableException;
import java.util.List;
import java.util.OptionalInt;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * The answers of a multiple-choice question.
 *
 * @param texts two or more, in order
 * @param label the index of the right one, where it is known
 */
public record Choices(List<String> texts, OptionalInt label) {
  /**
   * Reads them.
   *
   * @param schema of the row
   * @throws UnscorableException if there are none, one is empty, or the label is of none of them
   */
  public static Choices read(Row row, StructType schema, ScoreColumns columns)
      throws UnscorableException {
    List<String> texts =
        row.isNullAt(row.fieldIndex(columns.choices()))
            ? List.of()
            : row.getList(row.fieldIndex(columns.choices()));
    if (texts.isEmpty() || texts.stream().anyMatch(text -> text == null || text.isEmpty())) {
      throw new UnscorableException("no-choices", "the choices are " + texts);
    }
    boolean hasLabel = List.of(schema.fieldNames()).contains(columns.label());
    Object label = hasLabel ? row.getAs(columns.label()) : null;
    return new Choices(
        List.copyOf(texts),
        label == null ? OptionalInt.empty() : OptionalInt.of(index(label, texts)));
  }

  private static int index(Object label, List<String> texts) throws UnscorableException {
    long index =
        label instanceof Number number ? number.longValue() : texts.indexOf(label.toString());
    if (index < 0 || index >= texts.size()) {
      throw new UnscorableException(
          "no-such-label",
          "the label is "
              + label
              + ", expected 0 to "
              + (texts.size() - 1)
              + " or one of "
              + texts);
    }
    return (int) index;
  }
}

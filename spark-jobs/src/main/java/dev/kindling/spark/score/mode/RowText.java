package dev.kindling.spark.score.mode;

import dev.kindling.spark.score.executor.ScoringModel;
import dev.kindling.spark.score.plan.ScorePlan;
import dev.kindling.spark.score.plan.UnscorableException;
import java.nio.charset.StandardCharsets;
import org.apache.spark.sql.Row;

/**
 * A row's text as tokens.
 *
 * @param ids of its tokens
 * @param bytes in UTF-8
 */
// The array is payload of a record that is never compared.
@SuppressWarnings("ArrayRecordComponent")
record RowText(int[] ids, long bytes) {
  static RowText read(Row row, String column, ScorePlan plan, ScoringModel model)
      throws UnscorableException {
    String text = string(row, column);
    int[] ids = model.tokenizer().encode(text);
    requireShort(ids.length, plan);
    return new RowText(ids, text.getBytes(StandardCharsets.UTF_8).length);
  }

  /** The value of a column, which must not be null. */
  static String string(Row row, String column) throws UnscorableException {
    int index = row.fieldIndex(column);
    if (row.isNullAt(index)) {
      throw new UnscorableException("no-text", "the column " + column + " is null");
    }
    return row.getString(index);
  }

  static void requireShort(long numTokens, ScorePlan plan) throws UnscorableException {
    long most = plan.score().maxTokens();
    if (most > 0 && numTokens > most) {
      throw new UnscorableException(
          "too-long", numTokens + " tokens, and score.maxTokens is " + most);
    }
  }
}

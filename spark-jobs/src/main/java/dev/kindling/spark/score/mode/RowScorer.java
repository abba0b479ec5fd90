package dev.kindling.spark.score.mode;

import dev.kindling.spark.score.plan.ScorePlan;
import dev.kindling.spark.score.plan.UnscorableException;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * One mode of scoring.
 *
 * @param <T> what is left of a row once it is read
 */
public interface RowScorer<T> {
  /**
   * Reads what is to be scored.
   *
   * @throws UnscorableException if the row has nothing that can be
   */
  T read(Row row) throws UnscorableException;

  /** The tokens that {@code item} gives the model to read, by which work is portioned. */
  long numTokens(T item);

  /**
   * Scores some items together.
   *
   * @return for every item in order the values of {@link
   *     dev.kindling.spark.score.plan.ScoreMode#added} but for the last; {@link
   *     ScorePlan#resultsPerRow} of them, one after the other
   */
  List<Object[]> score(List<T> items);
}

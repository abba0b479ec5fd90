package dev.kindling.spark.score;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.score.mode.RowScorer;
import dev.kindling.spark.score.plan.UnscorableException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Rows with their scores, in the order of the rows. Some are read ahead and scored together; a row
 * that cannot be scored says why, and the others go on.
 *
 * @param <T> what is left of a row once it is read
 */
final class ScoredRows<T> implements Iterator<Row> {
  /** Rows without a token have to end a portion too. */
  private static final int MOST_ROWS = 1 << 14;

  private static final String OF_NO_KNOWN_CHARACTER = "unknown-characters";

  private final Iterator<Row> rows;
  private final RowScorer<T> scorer;
  private final int numAdded;
  private final int resultsPerRow;
  private final long portion;
  private final Deque<Row> ready = new ArrayDeque<>();

  /**
   * @param numAdded columns that scoring adds; the last says why there are no scores
   * @param portion tokens that are read ahead
   */
  ScoredRows(
      Iterator<Row> rows, RowScorer<T> scorer, int numAdded, int resultsPerRow, long portion) {
    this.rows = rows;
    this.scorer = scorer;
    this.numAdded = numAdded;
    this.resultsPerRow = resultsPerRow;
    this.portion = portion;
  }

  @Override
  public boolean hasNext() {
    return !ready.isEmpty() || rows.hasNext();
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no row is left");
    }
    if (ready.isEmpty()) {
      scorePortion();
    }
    return ready.remove();
  }

  /** A row of the input; it has an item or a reason why it has none. */
  private record Read<T>(Row row, T item, String error) {}

  private void scorePortion() {
    List<Read<T>> portionRows = new ArrayList<>();
    List<T> items = new ArrayList<>();
    long tokens = 0;
    while (rows.hasNext() && tokens < portion && portionRows.size() < MOST_ROWS) {
      Read<T> read = read(rows.next());
      portionRows.add(read);
      if (read.error() == null) {
        items.add(read.item());
        tokens += scorer.numTokens(read.item());
      }
    }
    Iterator<Object[]> scores = scorer.score(items).iterator();
    for (Read<T> read : portionRows) {
      for (int i = 0; i < resultsPerRow; i++) {
        Object[] values = read.error() == null ? scores.next() : new Object[0];
        ready.add(join(read.row(), values, read.error()));
      }
    }
  }

  private Read<T> read(Row row) {
    try {
      return new Read<>(row, scorer.read(row), null);
    } catch (UnscorableException e) {
      return new Read<>(row, null, e.getMessage());
    } catch (InvalidInputException e) {
      // The tokenizer has no id for a character, and none for unknown ones.
      String what = e.getMessage().lines().findFirst().orElse("");
      return new Read<>(row, null, OF_NO_KNOWN_CHARACTER + ": " + what);
    }
  }

  private Row join(Row row, Object[] scores, String error) {
    int numOwn = row.size();
    Object[] values = new Object[numOwn + numAdded];
    for (int i = 0; i < numOwn; i++) {
      values[i] = row.get(i);
    }
    System.arraycopy(scores, 0, values, numOwn, scores.length);
    values[values.length - 1] = error;
    return RowFactory.create(values);
  }
}

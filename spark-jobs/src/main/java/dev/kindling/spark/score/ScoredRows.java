package dev.kindling.spark.score;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.score.mode.RowScorer;
import dev.kindling.spark.score.plan.ScorePlan;
import dev.kindling.spark.score.plan.UnscorableException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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

  /** And so do large ones that cannot be scored: 128 MiB of text. */
  private static final long MOST_CHARACTERS = 1L << 26;

  private static final String UNKNOWN_CHARACTERS = "unknown-characters";
  private static final String NOT_FINITE = "not-finite: the model's probabilities are not numbers";

  private final Iterator<Row> rows;
  private final RowScorer<T> scorer;
  private final ScorePlan plan;
  private final long tokensPerPortion;
  private final Deque<Row> ready = new ArrayDeque<>();

  /**
   * Rows with what {@code plan} adds.
   *
   * @param tokensPerPortion that are read ahead
   */
  ScoredRows(Iterator<Row> rows, RowScorer<T> scorer, ScorePlan plan, long tokensPerPortion) {
    this.rows = rows;
    this.scorer = scorer;
    this.plan = plan;
    this.tokensPerPortion = tokensPerPortion;
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
  private record Prepared<T>(Row row, T item, String error) {}

  private void scorePortion() {
    List<Prepared<T>> portion = new ArrayList<>();
    List<T> items = new ArrayList<>();
    long tokens = 0;
    long characters = 0;
    while (rows.hasNext()
        && tokens < tokensPerPortion
        && characters < MOST_CHARACTERS
        && portion.size() < MOST_ROWS) {
      Prepared<T> prepared = prepare(rows.next());
      portion.add(prepared);
      characters += numCharacters(prepared.row());
      if (prepared.error() == null) {
        items.add(prepared.item());
        tokens += scorer.numTokens(prepared.item());
      }
    }
    Iterator<Object[]> scores = score(items).iterator();
    for (Prepared<T> prepared : portion) {
      for (int i = 0; i < plan.resultsPerRow(); i++) {
        boolean hasScores = prepared.error() == null;
        ready.add(result(prepared.row(), i, hasScores ? scores.next() : null, prepared.error()));
      }
    }
  }

  private static long numCharacters(Row row) {
    long sum = 0;
    for (int i = 0; i < row.size(); i++) {
      sum += row.get(i) instanceof String text ? text.length() : 0;
    }
    return sum;
  }

  private Prepared<T> prepare(Row row) {
    try {
      return new Prepared<>(row, scorer.read(row), null);
    } catch (UnscorableException e) {
      return new Prepared<>(row, null, e.getMessage());
    } catch (InvalidInputException e) {
      // The tokenizer has no id for a character, and none for unknown ones.
      String what = e.getMessage().lines().findFirst().orElse("");
      return new Prepared<>(row, null, UNKNOWN_CHARACTERS + ": " + what);
    }
  }

  /** One row whose logits are no numbers does not take the others with it. */
  private List<Object[]> score(List<T> items) {
    try {
      return scorer.score(items);
    } catch (ArithmeticException e) {
      if (items.size() == 1) {
        return Collections.nCopies(plan.resultsPerRow(), null);
      }
      int half = items.size() / 2;
      List<Object[]> scores = new ArrayList<>(score(items.subList(0, half)));
      scores.addAll(score(items.subList(half, items.size())));
      return scores;
    }
  }

  /**
   * A row of the output.
   *
   * @param number among the results of the row
   * @param scores values of the added columns but the last, or null
   * @param error why there are none; null where that is for the scores to say
   */
  private Row result(Row row, int number, Object[] scores, String error) {
    int numOwn = row.size();
    Object[] values = new Object[numOwn + plan.mode().added().size()];
    for (int i = 0; i < numOwn; i++) {
      values[i] = row.get(i);
    }
    boolean isFinite = scores != null && Arrays.stream(scores).allMatch(ScoredRows::isFinite);
    if (isFinite) {
      System.arraycopy(scores, 0, values, numOwn, scores.length);
    } else {
      values[values.length - 1] = error == null ? NOT_FINITE : error;
    }
    if (plan.mode().isPrompted()) {
      values[numOwn] = plan.score().prompt().shots().get(number);
    }
    return RowFactory.create(values);
  }

  private static boolean isFinite(Object value) {
    if (value instanceof Object[] several) {
      return Arrays.stream(several).allMatch(ScoredRows::isFinite);
    }
    return !(value instanceof Double || value instanceof Float)
        || Double.isFinite(((Number) value).doubleValue());
  }
}

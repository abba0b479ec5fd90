package dev.kindling.data.dedup.minhash;

import dev.kindling.data.InvalidInputException;
import java.io.Serializable;

/** Which document of a cluster stays; of equals the one with the smallest id. */
public sealed interface KeepRule extends Serializable {
  /** The one with the most characters. */
  record Longest() implements KeepRule {
    private static final long serialVersionUID = 1L;
  }

  /**
   * The one with the smallest value; those without a value come last.
   *
   * @param column of the documents, of any type with an order, such as a date
   */
  record Oldest(String column) implements KeepRule {
    private static final long serialVersionUID = 1L;
  }

  /**
   * The one with the largest value; those without a value, or with NaN, come last.
   *
   * @param column of the documents, numeric, such as a score of quality
   */
  record Best(String column) implements KeepRule {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Reads a rule as it stands in a configuration.
   *
   * @param rule {@code longest}, {@code oldest:COLUMN} or {@code best:COLUMN}
   * @throws InvalidInputException if it is none of them
   */
  static KeepRule parse(String rule) {
    int colon = rule.indexOf(':');
    String name = colon < 0 ? rule : rule.substring(0, colon);
    String column = colon < 0 ? "" : rule.substring(colon + 1);
    if (name.equals("longest") && colon < 0) {
      return new Longest();
    }
    if (name.equals("oldest") && !column.isEmpty()) {
      return new Oldest(column);
    }
    if (name.equals("best") && !column.isEmpty()) {
      return new Best(column);
    }
    throw new InvalidInputException(
        "minhash.keep is '" + rule + "'",
        "longest, oldest:COLUMN or best:COLUMN",
        "choose one of them");
  }
}

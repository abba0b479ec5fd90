package dev.kindling.spark.config;

import dev.kindling.model.ngram.NgramShape;
import java.io.Serializable;
import java.util.List;

/**
 * What an n-gram model is made of.
 *
 * @param order the tokens of the longest n-grams
 * @param prune for every order from 1, how often n-grams may occur and still be left out; the last
 *     one holds for all higher orders, and without any all are kept
 */
public record NgramConfig(int order, List<Integer> prune) implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public NgramConfig {
    Require.atLeast("order", order, 1);
    Require.atMost("order", order, NgramShape.MAX_ORDER);
    prune = List.copyOf(prune);
    boolean rises = prune.isEmpty() || prune.get(0) == 0;
    for (int i = 1; i < prune.size(); i++) {
      // An n-gram that is kept needs those that it begins and ends with, which occur as often.
      rises &= prune.get(i) >= prune.get(i - 1);
    }
    if (!rises || prune.size() > order) {
      throw new IllegalArgumentException(
          "prune is "
              + prune
              + ": it must be at most "
              + order
              + " numbers that do not fall, the first of them 0, such as [0, 0, 1]");
    }
  }

  /** N-grams of an order that occur at most so often are left out. */
  public int prune(int ofOrder) {
    return prune.isEmpty() ? 0 : prune.get(Math.min(ofOrder, prune.size()) - 1);
  }
}

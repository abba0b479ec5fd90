package dev.kindling.model.ngram;

/**
 * What modified Kneser-Ney smoothing takes off the counts of one order (Chen and Goodman 1998, "An
 * Empirical Study of Smoothing Techniques for Language Modeling", section 4.1).
 *
 * @param one off a count of 1
 * @param two off a count of 2
 * @param threeOrMore off every greater count
 * @param isEstimated whether the counts have said so; otherwise these are {@link #FALLBACK}
 */
public record Discounts(double one, double two, double threeOrMore, boolean isEstimated) {
  /** For counts that nothing can be estimated from: those of KenLM's discount fallback. */
  public static final Discounts FALLBACK = new Discounts(0.5, 1, 1.5, false);

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if one is not above 0, or above the count that it is taken off
   */
  public Discounts {
    requireBetween(one, 1);
    requireBetween(two, 2);
    requireBetween(threeOrMore, 3);
  }

  /**
   * Estimates them from the counts of counts, or gives {@link #FALLBACK}: where there are no
   * n-grams of a count, as in tiny corpora and in the unigrams of small vocabularies, or where one
   * would be out of its range.
   *
   * @param once n-grams with a count of 1
   * @param twice with a count of 2
   * @param thrice with a count of 3
   * @param fourTimes with a count of 4
   */
  public static Discounts estimate(long once, long twice, long thrice, long fourTimes) {
    if (once == 0 || twice == 0 || thrice == 0) {
      return FALLBACK;
    }
    double y = once / (once + 2.0 * twice);
    double one = 1 - 2 * y * twice / once;
    double two = 2 - 3 * y * thrice / twice;
    double threeOrMore = 3 - 4 * y * fourTimes / thrice;
    return one > 0 && two > 0 && threeOrMore > 0
        ? new Discounts(one, two, threeOrMore, true)
        : FALLBACK;
  }

  private static void requireBetween(double discount, int count) {
    if (!(discount > 0 && discount <= count)) {
      throw new IllegalArgumentException(
          "A discount of "
              + discount
              + " off a count of "
              + count
              + " was given: expected more than 0 and at most "
              + count);
    }
  }
}

package dev.kindling.model.random;

/**
 * The draws of one key of {@link CounterBasedRandom}, one after the other. Equal keys and equal
 * calls give equal draws on every machine. Not thread-safe: every sample has its own.
 */
public final class RandomStream {
  /** Far above it, e to the power of minus the mean is 0. */
  private static final double MAX_POISSON_MEAN = 500;

  private final long key;
  private long counter;

  /** The stream of a key, from its first draw. */
  public RandomStream(long key) {
    this.key = key;
  }

  /** From 0 (inclusive) to 1 (exclusive), a multiple of 2⁻⁵³. */
  public double nextDouble() {
    return CounterBasedRandom.uniform(key, counter++);
  }

  /**
   * From 0 (inclusive) to {@code bound} (exclusive). No number is more likely than another by more
   * than {@code bound} · 2⁻⁵³.
   *
   * @throws IllegalArgumentException if {@code bound} is less than 1
   */
  public int nextInt(int bound) {
    if (bound < 1) {
      throw new IllegalArgumentException("bound is " + bound + ": it must be 1 or more");
    }
    return (int) (nextDouble() * bound);
  }

  /**
   * True with a probability.
   *
   * @throws IllegalArgumentException if it is not from 0 to 1
   */
  public boolean nextBoolean(double probability) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException(
          "The probability is " + probability + ": expected a number from 0 to 1");
    }
    return nextDouble() < probability;
  }

  /**
   * From the Poisson distribution (Knuth's method: how many draws can be multiplied until the
   * product falls below e to the power of −mean), with mean + 1 draws on average.
   *
   * @throws IllegalArgumentException if {@code mean} is not from 0 to 500
   */
  public int nextPoisson(double mean) {
    if (!(mean >= 0 && mean <= MAX_POISSON_MEAN)) {
      throw new IllegalArgumentException(
          "The mean is " + mean + ": expected a number from 0 to " + MAX_POISSON_MEAN);
    }
    // StrictMath, because its bits are the same on every machine.
    double limit = StrictMath.exp(-mean);
    int count = 0;
    for (double product = nextDouble(); product >= limit; product *= nextDouble()) {
      count++;
    }
    return count;
  }

  /**
   * Which of some items are chosen, a fixed number of them; all choices are equally likely
   * (selection sampling, Knuth 1997, section 3.4.2).
   *
   * @throws IllegalArgumentException if there are not as many items
   */
  public boolean[] nextChoice(int numItems, int numChosen) {
    if (numChosen < 0 || numChosen > numItems) {
      throw new IllegalArgumentException(
          numChosen + " of " + numItems + " items were to be chosen: expected 0 to all of them");
    }
    boolean[] isChosen = new boolean[numItems];
    int left = numChosen;
    for (int item = 0; item < numItems; item++) {
      isChosen[item] = nextInt(numItems - item) < left;
      left -= isChosen[item] ? 1 : 0;
    }
    return isChosen;
  }

  /** Puts the values in an order in place; all orders are equally likely (Fisher and Yates). */
  public void shuffle(int[] values) {
    for (int last = values.length - 1; last > 0; last--) {
      int other = nextInt(last + 1);
      int value = values[last];
      values[last] = values[other];
      values[other] = value;
    }
  }
}

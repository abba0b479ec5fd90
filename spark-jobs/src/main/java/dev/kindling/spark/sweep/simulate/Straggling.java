package dev.kindling.spark.sweep.simulate;

/**
 * How much longer all executors take than one, if all have to wait for the slowest: with times that
 * are lognormal with mean 1,
 *
 * <pre>E[max of W] = ∫ exp(σz - σ²/2) d Φ(z)^W</pre>
 *
 * where Φ is the normal distribution. Nothing is known of which executor is slow, so an executor
 * that is keeps being slow until all have waited for it.
 */
final class Straggling {
  private static final double LIMIT = 9;
  private static final int NUM_INTERVALS = 36_000;

  private Straggling() {}

  /**
   * The expected slowest of {@code numExecutors}, in the mean of one.
   *
   * @param spread σ
   */
  static double factor(int numExecutors, double spread) {
    if (spread == 0 || numExecutors == 1) {
      return 1;
    }
    double width = 2 * LIMIT / NUM_INTERVALS;
    double below = 0;
    double powerBelow = 0;
    double expected = 0;
    for (int i = 0; i < NUM_INTERVALS; i++) {
      double middle = -LIMIT + (i + 0.5) * width;
      below += Math.exp(-middle * middle / 2) / Math.sqrt(2 * Math.PI) * width;
      double power = Math.pow(Math.min(1, below), numExecutors);
      expected += Math.exp(spread * middle - spread * spread / 2) * (power - powerBelow);
      powerBelow = power;
    }
    return expected;
  }
}

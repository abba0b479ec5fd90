package dev.kindling.benchmarks.corpus;

import java.util.SplittableRandom;

/**
 * Ranks that are distributed as words of a text are: the probability of rank r, from 0, goes with 1
 * / (r + 3.7)^1.05 (Zipf's law as Mandelbrot corrected it). A draw takes O(1), by Vose's alias
 * method (1991).
 */
final class ZipfDistribution {
  private static final double SHIFT = 3.7;
  private static final double EXPONENT = 1.05;

  /** Of a cell that is chosen, the share of its own rank, in 2^-32. */
  private final long[] threshold;

  private final int[] alias;

  /**
   * @param numRanks 1 or more
   */
  ZipfDistribution(int numRanks) {
    double[] weight = new double[numRanks];
    double sum = 0;
    for (int rank = 0; rank < numRanks; rank++) {
      weight[rank] = Math.pow(rank + SHIFT, -EXPONENT);
      sum += weight[rank];
    }
    threshold = new long[numRanks];
    alias = new int[numRanks];
    int[] small = new int[numRanks];
    int[] large = new int[numRanks];
    int numSmall = 0;
    int numLarge = 0;
    for (int rank = 0; rank < numRanks; rank++) {
      weight[rank] *= numRanks / sum;
      if (weight[rank] < 1) {
        small[numSmall++] = rank;
      } else {
        large[numLarge++] = rank;
      }
    }
    while (numSmall > 0 && numLarge > 0) {
      int less = small[--numSmall];
      int more = large[--numLarge];
      threshold[less] = (long) (weight[less] * (1L << Integer.SIZE));
      alias[less] = more;
      weight[more] -= 1 - weight[less];
      if (weight[more] < 1) {
        small[numSmall++] = more;
      } else {
        large[numLarge++] = more;
      }
    }
    // What is left differs from 1 by rounding.
    while (numLarge > 0) {
      threshold[large[--numLarge]] = 1L << Integer.SIZE;
    }
    while (numSmall > 0) {
      threshold[small[--numSmall]] = 1L << Integer.SIZE;
    }
  }

  /** Draws a rank, from 0. */
  int next(SplittableRandom random) {
    long bits = random.nextLong();
    int cell = (int) (((bits >>> Integer.SIZE) * threshold.length) >>> Integer.SIZE);
    return Integer.toUnsignedLong((int) bits) < threshold[cell] ? cell : alias[cell];
  }
}

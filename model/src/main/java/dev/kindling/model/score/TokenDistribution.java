package dev.kindling.model.score;

/**
 * The probabilities of all tokens at one place: softmax of a row of logits. What a row costs is its
 * exponentials; they are written so that the compiler makes vector instructions of them.
 */
final class TokenDistribution {
  private static final int BLOCK = 1024;

  /** Its exponential is 0 beside that of the largest logit. */
  private static final double LEAST_EXPONENT = -700;

  private static final double SCALE = 1.0 / 1024;

  private final float[] logits;
  private final int offset;
  private final int best;
  private final double logSum;

  private TokenDistribution(float[] logits, int offset, int best, double logSum) {
    this.logits = logits;
    this.offset = offset;
    this.best = best;
    this.logSum = logSum;
  }

  /**
   * The distribution of a row.
   *
   * @param logits [rows × V]
   * @throws ArithmeticException if a logit is NaN or plus infinity, or every one is minus infinity
   */
  static TokenDistribution of(float[] logits, int row, int vocabSize) {
    int offset = row * vocabSize;
    int best = best(logits, offset, vocabSize);
    double max = logits[offset + best];
    double[] block = new double[Math.min(BLOCK, vocabSize)];
    double sum = 0;
    for (int first = 0; first < vocabSize; first += BLOCK) {
      int length = Math.min(BLOCK, vocabSize - first);
      for (int i = 0; i < length; i++) {
        block[i] = Math.max(LEAST_EXPONENT, logits[offset + first + i] - max);
      }
      exponentiate(block, length);
      sum += sum(block, length);
    }
    double logSum = max + Math.log(sum);
    if (!Double.isFinite(logSum)) {
      throw new ArithmeticException(
          "the largest logit is "
              + max
              + " and the logarithm of the sum of the exponentials of all "
              + vocabSize
              + " is "
              + logSum
              + ": the model's parameters are broken");
    }
    return new TokenDistribution(logits, offset, best, logSum);
  }

  private static int best(float[] logits, int offset, int vocabSize) {
    int best = 0;
    for (int id = 1; id < vocabSize; id++) {
      if (logits[offset + id] > logits[offset + best]) {
        best = id;
      }
    }
    return best;
  }

  /**
   * e to the power of numbers from {@link #LEAST_EXPONENT} to 0, in place: Taylor's series of a
   * 1024th of each, then ten squarings. The relative error is below 1e-12 down to e^-30; further
   * below it grows, to a hundredth of numbers that nothing is left of in a sum with 1.
   */
  private static void exponentiate(double[] values, int length) {
    for (int i = 0; i < length; i++) {
      double y = values[i] * SCALE;
      double p = 1 + y * (1 + y / 2 * (1 + y / 3 * (1 + y / 4 * (1 + y / 5 * (1 + y / 6)))));
      p *= p;
      p *= p;
      p *= p;
      p *= p;
      p *= p;
      p *= p;
      p *= p;
      p *= p;
      p *= p;
      values[i] = p * p;
    }
  }

  /** Four sums, because each addition waits for the one before it. */
  private static double sum(double[] values, int length) {
    double first = 0;
    double second = 0;
    double third = 0;
    double fourth = 0;
    int i = 0;
    for (; i + 3 < length; i += 4) {
      first += values[i];
      second += values[i + 1];
      third += values[i + 2];
      fourth += values[i + 3];
    }
    for (; i < length; i++) {
      first += values[i];
    }
    return first + second + third + fourth;
  }

  /** ln p, in nats. */
  double logProbability(int token) {
    return logits[offset + token] - logSum;
  }

  /** The likeliest token; the first of equals. */
  int best() {
    return best;
  }
}

package dev.kindling.model.generate;

import java.util.Arrays;

/** The arithmetic of {@link Sampler}, on logits [vocabSize]. */
final class Candidates {
  private Candidates() {}

  /** The id of the largest logit, the lowest of equals. */
  static int best(float[] logits) {
    int best = -1;
    float max = Float.NEGATIVE_INFINITY;
    for (int id = 0; id < logits.length; id++) {
      float logit = logits[id];
      if (Float.isNaN(logit) || logit == Float.POSITIVE_INFINITY) {
        throw new ArithmeticException(
            "the logit of token " + id + " is " + logit + ": the model's parameters are broken");
      }
      if (logit > max) {
        max = logit;
        best = id;
      }
    }
    if (best < 0) {
      throw new ArithmeticException(
          "none of the " + logits.length + " tokens has a logit above minus infinity");
    }
    return best;
  }

  /** A copy in which all but the k best tokens have a logit of minus infinity. */
  static float[] keepBest(float[] logits, int k) {
    // First, because NaN has no place in the order that follows.
    best(logits);
    float[] kept = logits.clone();
    if (k >= logits.length) {
      return kept;
    }
    Arrays.sort(kept);
    float worst = kept[kept.length - k];
    int numTies = k;
    for (float logit : logits) {
      if (logit > worst) {
        numTies--;
      }
    }
    for (int id = 0; id < logits.length; id++) {
      boolean tie = logits[id] == worst && numTies > 0;
      if (tie) {
        numTies--;
      }
      kept[id] = tie || logits[id] > worst ? logits[id] : Float.NEGATIVE_INFINITY;
    }
    return kept;
  }

  /**
   * Draws from softmax(logits / temperature) by inverting its cumulative sum. The largest weight is
   * exactly 1, so nothing overflows and the sum is never 0.
   */
  static int draw(float[] logits, double temperature, double draw) {
    float max = logits[best(logits)];
    double sum = 0;
    for (float logit : logits) {
      sum += weight(logit, max, temperature);
    }
    double target = draw * sum;
    double cumulative = 0;
    int last = -1;
    for (int id = 0; id < logits.length; id++) {
      double weight = weight(logits[id], max, temperature);
      if (weight > 0) {
        cumulative += weight;
        last = id;
        if (target < cumulative) {
          return id;
        }
      }
    }
    // Only rounding of draw · sum up to the sum itself leads here.
    return last;
  }

  private static double weight(float logit, float max, double temperature) {
    // In double: the difference of two finite floats may be beyond the range of float.
    return Math.exp(((double) logit - max) / temperature);
  }
}

package dev.kindling.model.generate;

import java.util.Arrays;
import java.util.BitSet;
import java.util.PriorityQueue;

/**
 * Tokens with unnormalised log-probabilities, in double so that no rule overflows. Those that were
 * excluded have minus infinity.
 */
final class Candidates {
  private static final double EXCLUDED = Double.NEGATIVE_INFINITY;

  private final double[] scores;

  /**
   * All tokens.
   *
   * @param logits [vocabSize], copied
   * @throws ArithmeticException if a logit is NaN or plus infinity, or every one is minus infinity
   */
  Candidates(float[] logits) {
    requireSound(logits, 0, logits.length);
    scores = new double[logits.length];
    for (int id = 0; id < logits.length; id++) {
      scores[id] = logits[id];
    }
  }

  /**
   * Refuses what no sound model gives.
   *
   * @param logits those from {@code first} on are looked at
   * @throws ArithmeticException if a logit is NaN or plus infinity, or every one is minus infinity
   */
  static void requireSound(float[] logits, int first, int vocabSize) {
    boolean hasCandidate = false;
    for (int id = 0; id < vocabSize; id++) {
      float logit = logits[first + id];
      if (Float.isNaN(logit) || logit == Float.POSITIVE_INFINITY) {
        throw new ArithmeticException(
            "the logit of token " + id + " is " + logit + ": the model's parameters are broken");
      }
      hasCandidate |= logit > Float.NEGATIVE_INFINITY;
    }
    if (!hasCandidate) {
      throw new ArithmeticException(
          "none of the " + vocabSize + " tokens has a logit above minus infinity");
    }
  }

  /** The id of the largest score, the lowest of equals. */
  int best() {
    int best = 0;
    for (int id = 1; id < scores.length; id++) {
      if (scores[id] > scores[best]) {
        best = id;
      }
    }
    return best;
  }

  /** Divides positive scores of these tokens, and multiplies negative ones. */
  void penalize(BitSet tokens, double penalty) {
    for (int id = tokens.nextSetBit(0); id >= 0; id = tokens.nextSetBit(id + 1)) {
      scores[id] = scores[id] > 0 ? scores[id] / penalty : scores[id] * penalty;
    }
  }

  /** Divides all scores, and moves the best one to 0, so that nothing overflows upwards. */
  void divide(double temperature) {
    double max = scores[best()];
    for (int id = 0; id < scores.length; id++) {
      scores[id] = (scores[id] - max) / temperature;
    }
  }

  /** Excludes all but the k best. */
  void keepBest(int k) {
    if (k >= scores.length) {
      return;
    }
    PriorityQueue<Double> best = new PriorityQueue<>(k + 1);
    double worst = EXCLUDED;
    for (double score : scores) {
      if (best.size() < k || score > worst) {
        best.add(score);
        if (best.size() > k) {
          best.remove();
        }
        worst = best.element();
      }
    }
    keepFrom(worst, k);
  }

  /** Excludes all but the smallest set of best tokens that has at least the probability p. */
  void keepNucleus(double p) {
    double max = scores[best()];
    double total = 0;
    for (double score : scores) {
      total += weight(score, max);
    }
    // All that are less likely than (1 - p) / V have less than 1 - p together: no need to sort
    // them.
    double least = Math.min(max, max + Math.log((1 - p) / scores.length * total));
    double[] likely = Arrays.stream(scores).filter(score -> score >= least).toArray();
    Arrays.sort(likely);
    int first = likely.length;
    double mass = 0;
    while (first > 0 && mass < p * total) {
      first--;
      mass += weight(likely[first], max);
    }
    keepFrom(likely[first], likely.length - first);
  }

  /** Excludes what is worse than {@code worst}, and of its equals so many that a number remain. */
  private void keepFrom(double worst, int number) {
    int numTies = number;
    for (double score : scores) {
      if (score > worst) {
        numTies--;
      }
    }
    for (int id = 0; id < scores.length; id++) {
      if (scores[id] == worst && numTies > 0) {
        numTies--;
      } else if (scores[id] <= worst) {
        scores[id] = EXCLUDED;
      }
    }
  }

  /**
   * Draws from the softmax by inverting its cumulative sum. The largest weight is exactly 1, so
   * nothing overflows and the sum is never 0.
   *
   * @param draw from 0 (inclusive) to 1 (exclusive)
   */
  int draw(double draw) {
    double max = scores[best()];
    double[] cumulative = new double[scores.length];
    double sum = 0;
    for (int id = 0; id < scores.length; id++) {
      sum += weight(scores[id], max);
      cumulative[id] = sum;
    }
    // Rounding may bring draw · sum up to the sum itself.
    double target = Math.min(draw * sum, Math.nextDown(sum));
    int id = 0;
    while (target >= cumulative[id]) {
      id++;
    }
    return id;
  }

  private static double weight(double score, double max) {
    return score == EXCLUDED ? 0 : Math.exp(score - max);
  }
}

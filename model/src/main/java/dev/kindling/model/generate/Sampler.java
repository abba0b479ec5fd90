package dev.kindling.model.generate;

/**
 * Chooses the next token from its logits. A pure function: equal logits and equal draws give equal
 * tokens.
 *
 * <p>Logits of minus infinity mark tokens that are never chosen. NaN or plus infinity is an {@link
 * ArithmeticException}, because the model that gave it is broken.
 */
public sealed interface Sampler {
  /**
   * Chooses a token.
   *
   * @param logits unnormalised log-probabilities [vocabSize]
   * @param draw a number from 0 (inclusive) to 1 (exclusive) that decides among the candidates
   * @return a token id
   * @throws ArithmeticException if a logit is NaN or plus infinity, or every one is minus infinity
   */
  int sample(float[] logits, double draw);

  /**
   * The sampler for the usual two settings.
   *
   * @param temperature divides the logits; 0 is greedy
   * @param topK only this many best tokens are candidates; 0 is all of them
   * @throws IllegalArgumentException if a setting is negative or not a number
   */
  static Sampler of(double temperature, int topK) {
    if (temperature == 0) {
      requireCount(topK);
      return new Greedy();
    }
    return topK == 0 ? new Temperature(temperature) : new TopK(temperature, topK);
  }

  /** Takes the best token; among equals the one with the lowest id. */
  record Greedy() implements Sampler {
    @Override
    public int sample(float[] logits, double draw) {
      return Candidates.best(logits);
    }
  }

  /**
   * Draws from softmax(logits / temperature).
   *
   * @param temperature above 0: below 1 sharpens, above 1 flattens
   */
  record Temperature(double temperature) implements Sampler {
    /** Checks the setting. */
    public Temperature {
      requireTemperature(temperature);
    }

    @Override
    public int sample(float[] logits, double draw) {
      return Candidates.draw(logits, temperature, draw);
    }
  }

  /**
   * Draws from softmax(logits / temperature) of the k best tokens (Fan et al. 2018). Where equal
   * logits compete for the last places, lower ids win.
   *
   * @param temperature above 0
   * @param k 1 or more; a number beyond the vocabulary takes all of it
   */
  record TopK(double temperature, int k) implements Sampler {
    /** Checks the settings. */
    public TopK {
      requireTemperature(temperature);
      requireCount(k);
    }

    @Override
    public int sample(float[] logits, double draw) {
      return Candidates.draw(Candidates.keepBest(logits, k), temperature, draw);
    }
  }

  private static void requireTemperature(double temperature) {
    if (!(temperature > 0) || !Double.isFinite(temperature)) {
      throw new IllegalArgumentException(
          "temperature is " + temperature + ": it must be 0 (greedy) or more, and finite");
    }
  }

  private static void requireCount(int topK) {
    if (topK < 0) {
      throw new IllegalArgumentException("topK is " + topK + ": it must be 0 (all tokens) or more");
    }
  }
}

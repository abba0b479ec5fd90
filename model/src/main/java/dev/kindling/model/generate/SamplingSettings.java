package dev.kindling.model.generate;

/**
 * How the next token is chosen from its logits. The settings act in this order: repetition penalty,
 * temperature, top-k, top-p.
 *
 * @param temperature divides the logits: below 1 sharpens, above 1 flattens, 0 is greedy
 * @param topK only this many best tokens are candidates (Fan et al. 2018); 0 is all of them
 * @param topP only the best tokens that together have this probability are candidates (nucleus
 *     sampling, Holtzman et al. 2020), above 0; 1 is all of them
 * @param repetitionPenalty how much less likely tokens are that occur in the text already (Keskar
 *     et al. 2019): their logits are divided by it if positive and multiplied if negative; 1 is
 *     none, and below 1 they are more likely
 */
public record SamplingSettings(
    double temperature, int topK, double topP, double repetitionPenalty) {
  private static final double LEAST_PENALTY = 0.01;
  private static final double MOST_PENALTY = 100;

  /** Always the likeliest token. */
  public static final SamplingSettings GREEDY = new SamplingSettings(0);

  /** All tokens are candidates, and repetitions are not penalised. */
  public SamplingSettings(double temperature) {
    this(temperature, 0, 1, 1);
  }

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException naming the setting and what was expected
   */
  public SamplingSettings {
    if (!(temperature >= 0) || !Double.isFinite(temperature)) {
      throw new IllegalArgumentException(
          "temperature is " + temperature + ": it must be 0 (greedy) or more, and finite");
    }
    if (topK < 0) {
      throw new IllegalArgumentException("topK is " + topK + ": it must be 0 (all tokens) or more");
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException(
          "topP is " + topP + ": it must be above 0, and 1 (all tokens) or less");
    }
    if (!(repetitionPenalty >= LEAST_PENALTY && repetitionPenalty <= MOST_PENALTY)) {
      throw new IllegalArgumentException(
          "repetitionPenalty is "
              + repetitionPenalty
              + ": it must be from "
              + LEAST_PENALTY
              + " to "
              + MOST_PENALTY
              + "; 1 is none");
    }
  }
}

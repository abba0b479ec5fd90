package dev.kindling.model.objective;

import dev.kindling.model.batch.CausalBatch;
import java.util.List;

/**
 * Predicts every token from those before it (Radford et al. 2019). There is no noise.
 *
 * @param contextLength T, the tokens that a sample predicts
 */
public record CausalLanguageModelling(int contextLength) implements Objective {

  /**
   * Checks the length.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public CausalLanguageModelling {
    Checks.requireAtLeast("contextLength", contextLength, 1);
  }

  /** T + 1: the last token is only predicted. */
  @Override
  public int rawTokens() {
    return contextLength + 1;
  }

  @Override
  public CausalBatch batch(List<RawSample> samples) {
    Checks.requireSamples(samples);
    int[] inputs = new int[samples.size() * contextLength];
    int[] targets = new int[inputs.length];
    for (int row = 0; row < samples.size(); row++) {
      Checks.requireNumTokens(samples.get(row), rawTokens(), rawTokens());
      int[] tokens = samples.get(row).tokens();
      System.arraycopy(tokens, 0, inputs, row * contextLength, contextLength);
      System.arraycopy(tokens, 1, targets, row * contextLength, contextLength);
    }
    return new CausalBatch(samples.size(), contextLength, inputs, targets);
  }
}

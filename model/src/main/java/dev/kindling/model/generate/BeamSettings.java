package dev.kindling.model.generate;

/**
 * How beam search looks for likely outputs.
 *
 * @param numBeams how many beginnings are followed at the same time; 1 is greedy
 * @param lengthPenalty outputs are compared by log-probability / tokens to the power of it: 0
 *     favours short outputs, above 1 long ones
 * @param earlyStopping whether to stop as soon as there are {@code numBeams} outputs with an end;
 *     otherwise the search goes on until no beginning can become better than the worst of them
 * @param maxNewTokens the longest output, at most the model's context length
 * @param startId what the decoder sees before the first token
 * @param endId the token that ends an output
 */
public record BeamSettings(
    int numBeams,
    double lengthPenalty,
    boolean earlyStopping,
    int maxNewTokens,
    int startId,
    int endId) {
  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException naming the setting and what was expected
   */
  public BeamSettings {
    requireAtLeast(1, "numBeams", numBeams);
    requireAtLeast(1, "maxNewTokens", maxNewTokens);
    requireAtLeast(0, "startId", startId);
    requireAtLeast(0, "endId", endId);
    if (!Double.isFinite(lengthPenalty)) {
      throw new IllegalArgumentException(
          "lengthPenalty is " + lengthPenalty + ": it must be finite; 1 is the mean per token");
    }
  }

  private static void requireAtLeast(int least, String name, int value) {
    if (value < least) {
      throw new IllegalArgumentException(
          name + " is " + value + ": it must be " + least + " or more");
    }
  }
}

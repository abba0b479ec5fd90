package dev.kindling.spark.config;

/**
 * How text is sampled.
 *
 * @param prompt what to continue; empty starts a new document
 * @param maxNewTokens tokens to write per sample
 * @param temperature divides the logits; 0 takes the likeliest token
 * @param topK samples from the likeliest ones only; 0: from all
 * @param numSamples how many continuations
 * @param seed of the sampling
 */
public record GenerateConfig(
    String prompt, int maxNewTokens, double temperature, int topK, int numSamples, long seed) {
  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public GenerateConfig {
    Require.atLeast("maxNewTokens", maxNewTokens, 1);
    Require.atLeast("temperature", temperature, 0);
    Require.atLeast("topK", topK, 0);
    Require.atLeast("numSamples", numSamples, 1);
  }
}

package dev.kindling.spark.config;

import dev.kindling.model.generate.SamplingSettings;
import java.io.Serializable;
import java.util.List;

/**
 * How text is written: a GPT continues the prompt with tokens that are drawn, an encoder-decoder
 * rewrites it by beam search.
 *
 * @param prompt what to continue or to rewrite; empty starts a new document
 * @param maxNewTokens tokens to write per sample; an encoder-decoder writes its context length at
 *     most
 * @param temperature divides the logits; 0 takes the likeliest token
 * @param topK samples from the likeliest ones only; 0: from all
 * @param topP samples from the likeliest ones that together have this probability; 1: from all
 * @param repetitionPenalty makes tokens that occur in the text less likely; 1: does not
 * @param numSamples how many texts; of beam search the best ones, at most {@code numBeams}
 * @param numBeams beginnings that beam search follows
 * @param lengthPenalty above 1 favours long outputs of beam search, below 1 short ones
 * @param seed of the sampling
 * @param stop strings that end a GPT's text, which are not part of it
 */
public record GenerateConfig(
    String prompt,
    int maxNewTokens,
    double temperature,
    int topK,
    double topP,
    double repetitionPenalty,
    int numSamples,
    int numBeams,
    double lengthPenalty,
    long seed,
    List<String> stop)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final double LEAST_PENALTY = 0.01;
  private static final double MOST_PENALTY = 100;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public GenerateConfig {
    Require.atLeast("maxNewTokens", maxNewTokens, 1);
    Require.atLeast("temperature", temperature, 0);
    Require.atLeast("topK", topK, 0);
    Require.positive("topP", topP);
    Require.atMost("topP", topP, 1);
    Require.atLeast("repetitionPenalty", repetitionPenalty, LEAST_PENALTY);
    Require.atMost("repetitionPenalty", repetitionPenalty, MOST_PENALTY);
    Require.atLeast("numBeams", numBeams, 1);
    Require.atLeast("lengthPenalty", lengthPenalty, 0);
    Require.atLeast("numSamples", numSamples, 1);
    stop = List.copyOf(stop);
    if (stop.contains("")) {
      throw new IllegalArgumentException(
          "stop has an empty string, which every text begins with: leave it out");
    }
  }

  /** How a GPT chooses tokens. */
  public SamplingSettings sampling() {
    return new SamplingSettings(temperature, topK, topP, repetitionPenalty);
  }

  /** The same with another prompt. */
  public GenerateConfig withPrompt(String newPrompt) {
    return new GenerateConfig(
        newPrompt,
        maxNewTokens,
        temperature,
        topK,
        topP,
        repetitionPenalty,
        numSamples,
        numBeams,
        lengthPenalty,
        seed,
        stop);
  }
}

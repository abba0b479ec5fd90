package dev.kindling.model.generate;

import java.util.List;
import java.util.OptionalInt;

/**
 * One text to generate.
 *
 * @param prompt the token ids to continue, at least one
 * @param maxNewTokens how many tokens to add at most
 * @param stopId the token that ends the text, if any; the id that ends a document
 * @param seed decides the random draws, together with {@code sample}
 * @param sample the number of this text among those of one seed
 */
public record GenerationRequest(
    List<Integer> prompt, int maxNewTokens, OptionalInt stopId, long seed, long sample) {
  /**
   * Checks the request.
   *
   * @throws IllegalArgumentException if the prompt is empty or the number of tokens is negative
   */
  public GenerationRequest {
    prompt = List.copyOf(prompt);
    if (prompt.isEmpty()) {
      throw new IllegalArgumentException(
          "the prompt is empty: a model continues at least one token, for example the one that"
              + " ends a document");
    }
    if (maxNewTokens < 0) {
      throw new IllegalArgumentException(
          "maxNewTokens is " + maxNewTokens + ": it must be 0 or more");
    }
  }
}

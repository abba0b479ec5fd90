package dev.kindling.model.generate;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.function.IntConsumer;

/**
 * Continues a prompt token by token. Beyond the context length the model sees the last tokens only.
 *
 * <p>Every token's random draw is keyed by (seed, sample, position in the text), so that the same
 * request gives the same text, and a text that is continued later goes on as if it had never been
 * interrupted.
 */
public final class Generator {
  private final NextTokenLogits model;
  private final int contextLength;
  private final Sampler sampler;

  /**
   * @param model scores the next token
   * @param contextLength the longest context that it takes
   * @param sampler chooses the next token
   */
  public Generator(NextTokenLogits model, int contextLength, Sampler sampler) {
    if (contextLength < 1) {
      throw new IllegalArgumentException(
          "contextLength is " + contextLength + ": it must be 1 or more");
    }
    this.model = model;
    this.contextLength = contextLength;
    this.sampler = sampler;
  }

  /**
   * Generates one text.
   *
   * @return the new tokens, without the prompt and without the stop id
   */
  public int[] generate(GenerationRequest request) {
    return generate(request, token -> {});
  }

  /**
   * Generates one text and hands over every token as soon as it is chosen.
   *
   * @param onToken gets each token that is returned, in order
   * @return the new tokens, without the prompt and without the stop id
   */
  public int[] generate(GenerationRequest request, IntConsumer onToken) {
    int promptLength = request.prompt().size();
    int[] text = new int[Math.addExact(promptLength, request.maxNewTokens())];
    for (int i = 0; i < promptLength; i++) {
      text[i] = request.prompt().get(i);
    }
    OptionalInt stopId = request.stopId();
    for (int position = promptLength; position < text.length; position++) {
      int[] context = Arrays.copyOfRange(text, Math.max(0, position - contextLength), position);
      double draw = CounterBasedDraws.uniform(request.seed(), request.sample(), position);
      int token = sampler.sample(model.logits(context), draw);
      if (stopId.isPresent() && token == stopId.getAsInt()) {
        return Arrays.copyOfRange(text, promptLength, position);
      }
      text[position] = token;
      onToken.accept(token);
    }
    return Arrays.copyOfRange(text, promptLength, text.length);
  }
}

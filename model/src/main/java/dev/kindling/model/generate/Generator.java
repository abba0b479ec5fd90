package dev.kindling.model.generate;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.train.InferenceModel;
import java.nio.IntBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.IntConsumer;

/**
 * Continues prompts token by token, several at a time. The keys and values of earlier tokens are
 * kept, so a token costs the same work whatever its position. Beyond the context length the model
 * sees the last tokens only, as {@link ContextWindow} says.
 *
 * <p>Every token's random draw is keyed by (seed, sample, position in the text), so that the same
 * request gives the same text, whatever else is written with it, and a text that is continued later
 * goes on as if it had never been interrupted. Logits have different roundings in batches of
 * different sizes; only a draw that falls between two of them could tell.
 */
public final class Generator {
  private final InferenceModel model;
  private final Sampler sampler;
  private final int batchSize;

  /** What gets tokens as soon as they are chosen. */
  @FunctionalInterface
  public interface TokenListener {
    /**
     * Gets one token.
     *
     * @param text the index of its request
     * @param token its id
     */
    void accept(int text, int token);
  }

  /** What ends a text before its request does, such as a string that occurs in it. */
  @FunctionalInterface
  public interface StopRule {
    /**
     * Asked after each new token.
     *
     * @param text the index of its request
     * @param newTokens all new tokens so far, the latest last; valid during the call
     * @return whether the text ends with them
     */
    boolean stops(int text, IntBuffer newTokens);
  }

  /**
   * Writes texts with a model, which stays open.
   *
   * @param model a decoder alone
   * @param batchSize how many texts grow at the same time at most; each takes memory for its keys
   *     and values
   * @throws IllegalArgumentException if the model is of another kind, or the size is not positive
   */
  public Generator(InferenceModel model, SamplingSettings settings, int batchSize) {
    if (!(model.config() instanceof GptConfig)) {
      throw new IllegalArgumentException(
          "A model with a "
              + model.config().getClass().getSimpleName()
              + " was given, which does not continue texts: expected a GPT; beam search is for"
              + " encoder-decoders");
    }
    if (batchSize < 1) {
      throw new IllegalArgumentException("batchSize is " + batchSize + ": it must be 1 or more");
    }
    this.model = model;
    this.sampler = new Sampler(settings);
    this.batchSize = batchSize;
  }

  /**
   * Generates one text.
   *
   * @return the new tokens, without the prompt and without the stop id
   * @throws IllegalArgumentException if the prompt has ids that the model does not
   * @throws ArithmeticException if the model's logits are not numbers
   */
  public int[] generate(GenerationRequest request) {
    return generate(request, token -> {});
  }

  /**
   * Generates one text, and hands over every token as soon as it is chosen.
   *
   * @param onToken gets each token that is returned, in order
   * @return as {@link #generate(GenerationRequest)}
   */
  public int[] generate(GenerationRequest request, IntConsumer onToken) {
    return generate(List.of(request), (text, token) -> onToken.accept(token)).get(0);
  }

  /**
   * Generates a text for every request.
   *
   * @param onToken gets each token that is returned; those of one text in order
   * @return the new tokens of every request, as {@link #generate(GenerationRequest)}
   */
  public List<int[]> generate(List<GenerationRequest> requests, TokenListener onToken) {
    return generate(requests, onToken, (text, newTokens) -> false);
  }

  /**
   * Generates a text for every request, each until the rule stops it, or its request does.
   *
   * @param onToken gets each token that is returned; those of one text in order
   * @param stopRule asked after each of them; a text that it stops frees its place for another
   * @return the new tokens of every request, as {@link #generate(GenerationRequest)}, the last that
   *     the rule was asked about included
   */
  public List<int[]> generate(
      List<GenerationRequest> requests, TokenListener onToken, StopRule stopRule) {
    List<Text> texts = new ArrayList<>();
    for (GenerationRequest request : requests) {
      texts.add(new Text(request, texts.size(), model.config().vocabSize()));
    }
    Queue<Text> waiting =
        new ArrayDeque<>(texts.stream().filter(text -> !text.isFinished()).toList());
    if (!waiting.isEmpty()) {
      write(waiting, onToken, stopRule);
    }
    return texts.stream().map(Text::newTokens).toList();
  }

  private void write(Queue<Text> waiting, TokenListener onToken, StopRule stopRule) {
    int numTogether = Math.min(batchSize, waiting.size());
    int maxLength = waiting.stream().mapToInt(Text::maxLength).max().orElseThrow();
    try (RunningTexts running = new RunningTexts(model, numTogether, maxLength)) {
      running.replaceFinished(waiting);
      while (!running.isEmpty()) {
        running.step(
            (text, logits) -> {
              if (text.choose(sampler, logits)) {
                onToken.accept(text.number(), text.lastToken());
                if (stopRule.stops(text.number(), text.newTokensView())) {
                  text.end();
                }
              }
            });
        running.replaceFinished(waiting);
      }
    }
  }
}

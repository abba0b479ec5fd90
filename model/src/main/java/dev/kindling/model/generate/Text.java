package dev.kindling.model.generate;

import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.BitSet;

/** A text that is being written. */
final class Text {
  /** The cache has nothing of the text. */
  private static final int NOT_CACHED = -1;

  private final GenerationRequest request;
  private final int number;
  private final int[] tokens;
  private final BitSet occurring = new BitSet();
  private int length;
  private boolean ended;
  private int cachedFrom = NOT_CACHED;

  /**
   * The prompt.
   *
   * @param number of the request among those of one call
   * @throws IllegalArgumentException if the prompt has ids that the model does not
   */
  Text(GenerationRequest request, int number, int vocabSize) {
    this.request = request;
    this.number = number;
    this.length = request.prompt().size();
    this.tokens = new int[Math.addExact(length, request.maxNewTokens())];
    for (int i = 0; i < length; i++) {
      tokens[i] = request.prompt().get(i);
      if (tokens[i] < 0 || tokens[i] >= vocabSize) {
        throw new IllegalArgumentException(
            "token "
                + i
                + " of a prompt is "
                + tokens[i]
                + ": expected 0 to "
                + (vocabSize - 1)
                + "; was the prompt encoded by the tokenizer of this model?");
      }
      occurring.set(tokens[i]);
    }
  }

  int number() {
    return number;
  }

  /** How long the text may become. */
  int maxLength() {
    return tokens.length;
  }

  boolean isFinished() {
    return ended || length == tokens.length;
  }

  /** The new tokens, without the stop id. */
  int[] newTokens() {
    return Arrays.copyOfRange(tokens, request.prompt().size(), length);
  }

  /** The new tokens as they are now, without a copy. */
  IntBuffer newTokensView() {
    int numPrompt = request.prompt().size();
    return IntBuffer.wrap(tokens, numPrompt, length - numPrompt).slice().asReadOnlyBuffer();
  }

  /** Nothing is added any more. */
  void end() {
    ended = true;
  }

  int lastToken() {
    return tokens[length - 1];
  }

  /** What the model sees of it. */
  int[] window(int contextLength) {
    return Arrays.copyOfRange(tokens, windowStart(contextLength), length);
  }

  private int windowStart(int contextLength) {
    return ContextWindow.start(length, contextLength);
  }

  /** Whether a cache has all that the model is to see, except the last token. */
  boolean isCached(int contextLength) {
    return cachedFrom == windowStart(contextLength);
  }

  /** Remembers that a cache has all that the model saw. */
  void markCached(int contextLength) {
    cachedFrom = windowStart(contextLength);
  }

  /**
   * Chooses the next token.
   *
   * @param logits [vocabSize]
   * @return whether there is one, and not the end of the text
   */
  boolean choose(Sampler sampler, float[] logits) {
    double draw = CounterBasedDraws.uniform(request.seed(), request.sample(), length);
    int token = sampler.sample(logits, occurring, draw);
    if (request.stopId().isPresent() && request.stopId().getAsInt() == token) {
      ended = true;
      return false;
    }
    tokens[length++] = token;
    occurring.set(token);
    return true;
  }
}

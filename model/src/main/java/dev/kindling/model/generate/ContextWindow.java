package dev.kindling.model.generate;

/**
 * Which tokens of a text the model sees. Up to the context length T it is all of them. Beyond, it
 * is the last ones, from the smallest multiple of the stride max(1, ⌊T / 4⌋) on that leaves T
 * tokens or less. So between T and more than T - stride tokens are seen.
 *
 * <p>Positions are counted from the start of the window, so what a cache holds is of no use once
 * the window moves. It moves once per stride rather than once per token, and then the tokens that
 * remain are read anew, all at once. Where it starts depends on the length of the text alone: so a
 * text that is continued later goes on as if it had never been interrupted.
 */
final class ContextWindow {
  private static final int STRIDES_PER_CONTEXT = 4;

  private ContextWindow() {}

  /** The first token that is seen when {@code length} tokens are continued. */
  static int start(int length, int contextLength) {
    int stride = Math.max(1, contextLength / STRIDES_PER_CONTEXT);
    int excess = Math.max(0, length - contextLength);
    return Math.toIntExact(((long) excess + stride - 1) / stride * stride);
  }
}

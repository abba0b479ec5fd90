package dev.kindling.model.nn;

/**
 * The constants of an attention layer.
 *
 * @param numHeads H
 * @param numKeyValueHeads G; divides H, and is H where every head has keys of its own
 * @param headSize D
 * @param scale of the scores
 * @param causal whether a token sees only those before it and itself
 * @param rotaryTheta the base of rotary positions; 0 for none
 * @param dropout of the probabilities
 */
public record AttentionShape(
    int numHeads,
    int numKeyValueHeads,
    int headSize,
    double scale,
    boolean causal,
    double rotaryTheta,
    double dropout) {
  /** Every head has keys of its own, and there are no rotary positions. */
  public static AttentionShape plain(
      int numHeads, int headSize, double scale, boolean causal, double dropout) {
    return new AttentionShape(numHeads, numHeads, headSize, scale, causal, 0, dropout);
  }
}

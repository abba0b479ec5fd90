package dev.kindling.model.arch;

import java.io.Serializable;

/**
 * Where a decoder-only Transformer may differ from GPT-2.
 *
 * @param positions how a token's position enters
 * @param norm the normalisation, before each sublayer and at the end
 * @param feedForward the position-wise network
 * @param numKeyValueHeads heads of keys and values, each shared by a group of query heads
 *     (grouped-query attention, Ainslie et al. 2023); 0: as many as query heads
 * @param feedForwardSize F, the inner width of the position-wise network; 0: 4C
 * @param tiedEmbeddings whether the token embedding is also the matrix of the logits
 */
public record GptOptions(
    Positions positions,
    Norm norm,
    FeedForwardKind feedForward,
    int numKeyValueHeads,
    int feedForwardSize,
    boolean tiedEmbeddings)
    implements Serializable {

  /** How a token's position enters the model. */
  public enum Positions {
    /** A learned vector is added to the token's (GPT-2). */
    LEARNED,
    /** Queries and keys are rotated (Su et al. 2021), base {@link #ROTARY_BASE}. */
    ROTARY
  }

  /** The normalisation; epsilon is {@link GptConfig#NORM_EPSILON}. */
  public enum Norm {
    /** Layer normalisation (Ba et al. 2016). */
    LAYER_NORM,
    /** By the root mean square, with a gain and no bias (Zhang and Sennrich 2019). */
    RMS_NORM
  }

  /** The position-wise network. */
  public enum FeedForwardKind {
    /** Up, GELU (Hendrycks and Gimpel 2016) in its tanh form, down. */
    GELU,
    /** SiLU of the gate times up, down (Shazeer 2020). */
    SWIGLU
  }

  /** The θ of rotary positions. */
  public static final double ROTARY_BASE = 10_000;

  /** GPT-2 (Radford et al. 2019). */
  public static final GptOptions GPT2 =
      new GptOptions(Positions.LEARNED, Norm.LAYER_NORM, FeedForwardKind.GELU, 0, 0, true);

  /**
   * Checks the numbers; whether they fit the heads is checked by {@link GptConfig}.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public GptOptions {
    Shapes.requireNotNegative("numKeyValueHeads", numKeyValueHeads);
    Shapes.requireNotNegative("feedForwardSize", feedForwardSize);
  }

  /** Llama (Touvron et al. 2023), with its own output layer; give it {@code bias = false}. */
  public static GptOptions llama(int numKeyValueHeads, int feedForwardSize) {
    return new GptOptions(
        Positions.ROTARY,
        Norm.RMS_NORM,
        FeedForwardKind.SWIGLU,
        numKeyValueHeads,
        feedForwardSize,
        false);
  }

  /** Whether this is GPT-2, of any inner width: its parameters then have GPT-2's names. */
  public boolean isGpt2() {
    return positions == Positions.LEARNED
        && norm == Norm.LAYER_NORM
        && feedForward == FeedForwardKind.GELU
        && numKeyValueHeads == 0
        && tiedEmbeddings;
  }

  /** Whether this is what Llama computes, the output layer tied or not. */
  public boolean isLlama() {
    return positions == Positions.ROTARY
        && norm == Norm.RMS_NORM
        && feedForward == FeedForwardKind.SWIGLU;
  }
}

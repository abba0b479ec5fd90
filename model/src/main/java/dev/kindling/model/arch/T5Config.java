package dev.kindling.model.arch;

import dev.kindling.model.layout.ModelLayout;

/**
 * The shape of a T5 (Raffel et al. 2020): pre-norm encoder-decoder, RMS norm, relative position
 * biases that the first block of each stack holds for all, no other biases, and no scale in
 * attention.
 *
 * @param vocabSize V, the number of token ids
 * @param contextLength T, the longest sequence on either side; no parameter depends on it
 * @param numLayers the number of blocks of the encoder
 * @param numDecoderLayers the number of blocks of the decoder
 * @param numHeads H, the number of attention heads
 * @param embeddingSize C, the width of the residual stream
 * @param headSize D, the columns of one head; H · D need not be C
 * @param feedForwardSize F, the inner width of the position-wise network
 * @param dropout the probability with which training drops an activation, from 0 to below 1
 * @param gated false: T5 1.0, with ReLU, and logits from the token embedding scaled by C^-0.5;
 *     true: version 1.1, with a gated GELU (tanh form; Shazeer 2020) and an output layer of its own
 */
public record T5Config(
    int vocabSize,
    int contextLength,
    int numLayers,
    int numDecoderLayers,
    int numHeads,
    int embeddingSize,
    int headSize,
    long feedForwardSize,
    double dropout,
    boolean gated)
    implements ArchitectureConfig {

  /** What every RMS norm adds to the mean square. */
  public static final double NORM_EPSILON = 1e-6;

  /** The buckets that relative positions fall into. */
  public static final int NUM_POSITION_BUCKETS = 32;

  /** The distance from which on all positions share the last bucket. */
  public static final int MAX_POSITION_DISTANCE = 128;

  /**
   * Checks the shape.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public T5Config {
    Shapes.requirePositive("vocabSize", vocabSize);
    Shapes.requirePositive("contextLength", contextLength);
    Shapes.requirePositive("numLayers", numLayers);
    Shapes.requirePositive("numDecoderLayers", numDecoderLayers);
    Shapes.requirePositive("numHeads", numHeads);
    Shapes.requirePositive("embeddingSize", embeddingSize);
    Shapes.requirePositive("headSize", headSize);
    Shapes.requirePositive("feedForwardSize", feedForwardSize);
    Shapes.requireDropout(dropout);
  }

  /** H · D, the columns of all heads. */
  public long attentionSize() {
    return (long) numHeads * headSize;
  }

  @Override
  public ModelLayout placements() {
    return T5Layout.of(this);
  }
}

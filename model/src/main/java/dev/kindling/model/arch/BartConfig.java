package dev.kindling.model.arch;

import dev.kindling.model.layout.ModelLayout;

/**
 * The shape of a BART (Lewis et al. 2020): post-norm encoder-decoder, learned positions, a layer
 * norm behind the embeddings, GELU in its exact (erf) form, biases everywhere, tied embeddings
 * without a scale.
 *
 * @param vocabSize V, the number of token ids
 * @param contextLength T, the longest sequence on either side
 * @param numLayers the number of blocks of the encoder
 * @param numDecoderLayers the number of blocks of the decoder
 * @param numHeads the number of attention heads; divides {@code embeddingSize}
 * @param embeddingSize C, the width of the residual stream
 * @param feedForwardSize F, the inner width of the position-wise network
 * @param dropout the probability with which training drops an activation, from 0 to below 1
 */
public record BartConfig(
    int vocabSize,
    int contextLength,
    int numLayers,
    int numDecoderLayers,
    int numHeads,
    int embeddingSize,
    long feedForwardSize,
    double dropout)
    implements ArchitectureConfig {

  /** What every layer norm adds to the variance. */
  public static final double NORM_EPSILON = 1e-5;

  /** Position t has row t + 2 of the position embedding: the first two rows are not used. */
  public static final int POSITION_OFFSET = 2;

  /**
   * Checks the shape.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public BartConfig {
    Shapes.requirePositive("vocabSize", vocabSize);
    Shapes.requirePositive("contextLength", contextLength);
    Shapes.requirePositive("numLayers", numLayers);
    Shapes.requirePositive("numDecoderLayers", numDecoderLayers);
    Shapes.requirePositive("numHeads", numHeads);
    Shapes.requirePositive("embeddingSize", embeddingSize);
    Shapes.requirePositive("feedForwardSize", feedForwardSize);
    Shapes.requireHeads(embeddingSize, numHeads);
    Shapes.requireDropout(dropout);
  }

  /** D, the columns of one head. */
  public int headSize() {
    return embeddingSize / numHeads;
  }

  @Override
  public ModelLayout placements() {
    return BartLayout.of(this);
  }
}

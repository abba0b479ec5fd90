package dev.kindling.model.arch;

import dev.kindling.model.layout.ModelLayout;

/**
 * The shape of a BERT for pretraining (Devlin et al. 2019): post-norm encoder, learned positions,
 * two segments, GELU in its exact (erf) form, biases everywhere, a head for masked tokens with tied
 * embeddings and one for the next sentence.
 *
 * @param vocabSize V, the number of token ids
 * @param contextLength T, the longest sequence
 * @param numLayers the number of blocks
 * @param numHeads the number of attention heads; divides {@code embeddingSize}
 * @param embeddingSize C, the width of the residual stream
 * @param feedForwardSize F, the inner width of the position-wise network
 * @param dropout the probability with which training drops an activation, from 0 to below 1
 */
public record BertConfig(
    int vocabSize,
    int contextLength,
    int numLayers,
    int numHeads,
    int embeddingSize,
    long feedForwardSize,
    double dropout)
    implements ArchitectureConfig {

  /** What every layer norm adds to the variance. */
  public static final double NORM_EPSILON = 1e-12;

  /** The rows of the segment embedding. */
  public static final int NUM_SEGMENTS = 2;

  /**
   * Checks the shape.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public BertConfig {
    Shapes.requirePositive("vocabSize", vocabSize);
    Shapes.requirePositive("contextLength", contextLength);
    Shapes.requirePositive("numLayers", numLayers);
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
    return BertLayout.of(this);
  }
}

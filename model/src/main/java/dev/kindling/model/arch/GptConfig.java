package dev.kindling.model.arch;

import dev.kindling.model.layout.ModelLayout;

/**
 * The shape of a decoder-only Transformer: GPT-2 (pre-norm, learned positions, GELU, tied
 * embeddings; Radford et al. 2019), or what its options make of it.
 *
 * @param vocabSize V, the number of token ids
 * @param contextLength T, the longest sequence
 * @param numLayers the number of blocks
 * @param numHeads the number of attention heads; divides {@code embeddingSize}
 * @param embeddingSize C, the width of the residual stream
 * @param bias whether linear layers and layer norms have a bias; an RMS norm never has one
 * @param dropout the probability with which training drops an activation, from 0 to below 1
 * @param options where it differs from GPT-2; numbers in them that say what 0 says become 0, so
 *     that equal models have equal configurations
 */
public record GptConfig(
    int vocabSize,
    int contextLength,
    int numLayers,
    int numHeads,
    int embeddingSize,
    boolean bias,
    double dropout,
    GptOptions options)
    implements ArchitectureConfig {

  /** What every norm adds to the variance or the mean square. */
  public static final double NORM_EPSILON = 1e-5;

  /**
   * Checks the shape.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public GptConfig {
    Shapes.requirePositive("vocabSize", vocabSize);
    Shapes.requirePositive("contextLength", contextLength);
    Shapes.requirePositive("numLayers", numLayers);
    Shapes.requirePositive("numHeads", numHeads);
    Shapes.requirePositive("embeddingSize", embeddingSize);
    Shapes.requireHeads(embeddingSize, numHeads);
    Shapes.requireDropout(dropout);
    int numKeyValueHeads = options.numKeyValueHeads();
    if (numKeyValueHeads != 0 && numHeads % numKeyValueHeads != 0) {
      throw new IllegalArgumentException(
          "numHeads "
              + numHeads
              + " is not a multiple of numKeyValueHeads "
              + numKeyValueHeads
              + ": every head of keys and values serves as many query heads, so change one of the"
              + " two");
    }
    if (options.positions() == GptOptions.Positions.ROTARY && embeddingSize / numHeads % 2 != 0) {
      throw new IllegalArgumentException(
          "embeddingSize / numHeads is "
              + embeddingSize / numHeads
              + ": rotary positions rotate pairs of columns, so make it even");
    }
    options = withoutDefaults(options, numHeads, embeddingSize);
  }

  /** A GPT-2 without dropout. */
  public GptConfig(
      int vocabSize,
      int contextLength,
      int numLayers,
      int numHeads,
      int embeddingSize,
      boolean bias) {
    this(vocabSize, contextLength, numLayers, numHeads, embeddingSize, bias, 0, GptOptions.GPT2);
  }

  /** D, the columns of one head. */
  public int headSize() {
    return embeddingSize / numHeads;
  }

  /** The heads of keys and values, from 1 to {@link #numHeads}. */
  public int numKeyValueHeads() {
    return options.numKeyValueHeads() == 0 ? numHeads : options.numKeyValueHeads();
  }

  @Override
  public long feedForwardSize() {
    return options.feedForwardSize() == 0 ? 4L * embeddingSize : options.feedForwardSize();
  }

  @Override
  public void requireSlices(int numSlices) {
    ArchitectureConfig.super.requireSlices(numSlices);
    Shapes.requireSlices("numKeyValueHeads", numKeyValueHeads(), numSlices);
  }

  @Override
  public ModelLayout placements() {
    return GptLayout.of(this);
  }

  private static GptOptions withoutDefaults(GptOptions options, int numHeads, int embeddingSize) {
    return new GptOptions(
        options.positions(),
        options.norm(),
        options.feedForward(),
        options.numKeyValueHeads() == numHeads ? 0 : options.numKeyValueHeads(),
        options.feedForwardSize() == 4L * embeddingSize ? 0 : options.feedForwardSize(),
        options.tiedEmbeddings());
  }
}

package dev.kindling.model.arch;

import java.io.Serializable;

/**
 * The shape of a decoder-only Transformer (GPT-2: pre-norm, learned positions, GELU, tied
 * embeddings; Radford et al. 2019).
 *
 * @param vocabSize V, the number of token ids
 * @param contextLength T, the longest sequence
 * @param numLayers the number of blocks
 * @param numHeads the number of attention heads; divides {@code embeddingSize}
 * @param embeddingSize C, the width of the residual stream
 * @param bias whether linear layers and layer norms have a bias
 */
public record GptConfig(
    int vocabSize, int contextLength, int numLayers, int numHeads, int embeddingSize, boolean bias)
    implements Serializable {

  /**
   * Checks the shape.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public GptConfig {
    requirePositive("vocabSize", vocabSize);
    requirePositive("contextLength", contextLength);
    requirePositive("numLayers", numLayers);
    requirePositive("numHeads", numHeads);
    requirePositive("embeddingSize", embeddingSize);
    if (embeddingSize % numHeads != 0) {
      throw new IllegalArgumentException(
          "embeddingSize "
              + embeddingSize
              + " is not a multiple of numHeads "
              + numHeads
              + ": every head gets embeddingSize / numHeads columns, so change one of the two");
    }
  }

  /** D, the columns of one head. */
  public int headSize() {
    return embeddingSize / numHeads;
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ": it must be 1 or more");
    }
  }
}

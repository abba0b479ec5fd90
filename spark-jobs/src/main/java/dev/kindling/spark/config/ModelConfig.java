package dev.kindling.spark.config;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.arch.GptConfig;

/**
 * The shape of the model.
 *
 * @param vocabSize V, the number of token ids; 0: that of the token shards
 * @param contextLength T, the longest sequence
 * @param numLayers the number of blocks
 * @param numHeads the number of attention heads; divides {@code embeddingSize}
 * @param embeddingSize C, the width of the residual stream
 * @param bias whether linear layers and layer norms have a bias
 */
public record ModelConfig(
    int vocabSize,
    int contextLength,
    int numLayers,
    int numHeads,
    int embeddingSize,
    boolean bias) {

  /**
   * Checks the shape.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public ModelConfig {
    Require.atLeast("vocabSize", vocabSize, 0);
    GptConfig checked =
        new GptConfig(
            Math.max(vocabSize, 1), contextLength, numLayers, numHeads, embeddingSize, bias);
    assert checked.embeddingSize() == embeddingSize;
  }

  /**
   * The model for a set of token shards.
   *
   * @param shardVocabSize the number of ids of the shards' tokenizer
   * @throws InvalidInputException if {@link #vocabSize} is neither 0 nor {@code shardVocabSize}
   */
  public GptConfig forVocabulary(int shardVocabSize) {
    if (vocabSize != 0 && vocabSize != shardVocabSize) {
      throw new InvalidInputException(
          "model.vocabSize is "
              + vocabSize
              + ", but the token shards were written with a vocabulary of "
              + shardVocabSize,
          "the same vocabulary on both sides",
          "set model.vocabSize to 0 to take that of the shards, or tokenize again with the"
              + " tokenizer that the model was made for");
    }
    return new GptConfig(shardVocabSize, contextLength, numLayers, numHeads, embeddingSize, bias);
  }
}

package dev.kindling.spark.generations;

import dev.kindling.spark.config.Generation;
import dev.kindling.spark.config.RunConfig;
import java.util.OptionalLong;

/**
 * One model, before it is trained.
 *
 * @param generation which one
 * @param config everything
 * @param parameters of the model; empty where they depend on the text
 * @param tokens that it will have read; of word vectors those of the split, in each iteration
 */
public record PlannedModel(
    Generation generation, RunConfig config, OptionalLong parameters, long tokens) {
  /** Its shape in a few words. */
  public String shape() {
    return switch (generation) {
      case NGRAM -> "order " + config.ngram().order();
      case WORD2VEC -> "vectors of " + config.word2vec().vectorSize();
      case FEEDFORWARD, CONVOLUTIONAL, RECURRENT, LSTM, ELMO, GPT ->
          config.model().numLayers() + " x " + config.model().embeddingSize();
    };
  }
}

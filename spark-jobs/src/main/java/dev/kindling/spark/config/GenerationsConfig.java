package dev.kindling.spark.config;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * The generations of language models under one budget.
 *
 * @param models those that are trained, none twice
 * @param parameters that a model has at most
 * @param tokens that each model reads which is trained by gradients
 * @param feedforward how that one is made and trained, and so on
 */
public record GenerationsConfig(
    List<Generation> models,
    long parameters,
    long tokens,
    Recipe feedforward,
    Recipe convolutional,
    Recipe recurrent,
    Recipe lstm,
    Recipe elmo,
    Recipe gpt) {

  /**
   * What generations do not have in common.
   *
   * @param numLayers hidden layers or blocks; the width follows from the budget
   * @param learningRate the peak
   */
  public record Recipe(int numLayers, double learningRate) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the value, what was expected and what to change
     */
    public Recipe {
      Require.atLeast("numLayers", numLayers, 1);
      Require.positive("learningRate", learningRate);
    }
  }

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public GenerationsConfig {
    models = List.copyOf(models);
    if (models.isEmpty() || EnumSet.copyOf(models).size() < models.size()) {
      throw new IllegalArgumentException(
          "models is " + models + ": it must name one generation or more, and none twice");
    }
    Require.atLeast("parameters", parameters, 1);
    Require.atLeast("tokens", tokens, 1);
  }

  /** Of a generation that is trained by gradients; empty for others. */
  public Optional<Recipe> recipe(Generation generation) {
    return switch (generation) {
      case NGRAM, WORD2VEC -> Optional.empty();
      case FEEDFORWARD -> Optional.of(feedforward);
      case CONVOLUTIONAL -> Optional.of(convolutional);
      case RECURRENT -> Optional.of(recurrent);
      case LSTM -> Optional.of(lstm);
      case ELMO -> Optional.of(elmo);
      case GPT -> Optional.of(gpt);
    };
  }
}

package dev.kindling.spark.generations;

import dev.kindling.model.arch.ModelShape;
import dev.kindling.spark.config.Architecture;
import dev.kindling.spark.config.ModelConfig;

/**
 * The width of a model that makes the most of a budget of parameters: pure arithmetic on its
 * layout.
 *
 * @param model everything but the width
 * @param vocabSize of the token shards
 */
record Width(ModelConfig model, int vocabSize) {
  private static final int STEP_OF_NETWORKS = 4;

  /** Widths are multiples of it: halves of a Transformer's heads have to be whole numbers. */
  int step() {
    return model.architecture() == Architecture.GPT ? 2 * model.numHeads() : STEP_OF_NETWORKS;
  }

  /** The parameters of the narrowest model. */
  long leastParameters() {
    return parameters(1);
  }

  /**
   * The largest width within a budget.
   *
   * @param budget {@link #leastParameters} or more
   */
  int within(long budget) {
    int fits = 1;
    while (parameters(2 * fits) <= budget) {
      fits *= 2;
    }
    int tooMany = 2 * fits;
    while (tooMany - fits > 1) {
      int middle = (fits + tooMany) / 2;
      if (parameters(middle) <= budget) {
        fits = middle;
      } else {
        tooMany = middle;
      }
    }
    return fits * step();
  }

  private long parameters(int steps) {
    return shape(steps * step()).numParameters();
  }

  private ModelShape shape(int width) {
    return model.withEmbeddingSize(width).forVocabulary(vocabSize);
  }
}

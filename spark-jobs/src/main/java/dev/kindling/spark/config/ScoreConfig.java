package dev.kindling.spark.config;

import dev.kindling.model.score.Pooling;
import dev.kindling.model.train.Precision;
import java.io.Serializable;

/**
 * How texts are scored; each mode has its own.
 *
 * @param batchSize sequences of the context length that go through the model together, or as many
 *     more as are shorter
 * @param precision of activations and matrices
 * @param contextLength tokens of a window; 0: all that the model takes
 * @param stride tokens that every window but the first scores; 0: the context length
 * @param maxTokens a longer text is reported instead of scored; 0: there is no limit
 * @param partitions parts of the work, of which an interrupted one is done again; 0: four for every
 *     core
 * @param pooling how the vectors of a text's tokens become one
 * @param normalize whether that one gets the length 1
 * @param columns of the input
 * @param prompt how they become what the model reads
 */
public record ScoreConfig(
    int batchSize,
    Precision precision,
    int contextLength,
    int stride,
    long maxTokens,
    int partitions,
    Pooling pooling,
    boolean normalize,
    ScoreColumns columns,
    PromptConfig prompt)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public ScoreConfig {
    Require.atLeast("batchSize", batchSize, 1);
    Require.atLeast("contextLength", contextLength, 0);
    Require.atLeast("stride", stride, 0);
    if (contextLength > 0) {
      Require.atMost("stride", stride, contextLength);
    }
    Require.atLeast("maxTokens", maxTokens, 0);
    Require.atLeast("partitions", partitions, 0);
  }
}

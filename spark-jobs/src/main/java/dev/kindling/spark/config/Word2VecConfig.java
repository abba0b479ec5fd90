package dev.kindling.spark.config;

import java.io.Serializable;

/**
 * How word vectors are learned (skip-gram with hierarchical softmax, Mikolov et al. 2013).
 *
 * @param vectorSize numbers of a vector
 * @param window words on either side that a word is to predict, at most
 * @param minCount a rarer word gets no vector
 * @param subsample of words that are more frequent than this share of the text, some are left out;
 *     0: none
 * @param iterations passes over the text
 * @param learningRate at the start; it falls to nearly 0
 * @param partitions parts of the text that learn by themselves during an iteration
 * @param maxSentenceLength a longer document is cut into pieces of so many words
 * @param lowercase whether words are compared in lower case
 * @param seed of the first vectors, and of what is left out
 */
public record Word2VecConfig(
    int vectorSize,
    int window,
    int minCount,
    double subsample,
    int iterations,
    double learningRate,
    int partitions,
    int maxSentenceLength,
    boolean lowercase,
    long seed)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public Word2VecConfig {
    Require.atLeast("vectorSize", vectorSize, 1);
    Require.atLeast("window", window, 1);
    Require.atLeast("minCount", minCount, 1);
    Require.fraction("subsample", subsample);
    Require.atLeast("iterations", iterations, 1);
    Require.positive("learningRate", learningRate);
    Require.atLeast("partitions", partitions, 1);
    Require.atLeast("maxSentenceLength", maxSentenceLength, 2);
  }
}

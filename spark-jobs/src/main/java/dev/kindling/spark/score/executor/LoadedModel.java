package dev.kindling.spark.score.executor;

import dev.kindling.spark.parallel.KernelSettings;

/** What is read of a model, once for all tasks of an executor. */
public interface LoadedModel extends AutoCloseable {
  /**
   * A model over these weights, for one task at a time; closed before they are.
   *
   * @param settings of the kernels, for a model that computes with them
   * @throws IllegalStateException if the backend does not pass the self-test of scoring
   */
  ScoringModel open(KernelSettings settings);

  @Override
  void close();
}

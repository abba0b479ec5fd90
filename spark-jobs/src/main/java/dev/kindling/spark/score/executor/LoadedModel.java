package dev.kindling.spark.score.executor;

/** What is read of a model, once for all tasks of an executor. */
public interface LoadedModel extends AutoCloseable {
  /**
   * A model over these weights, for one task at a time; closed before they are.
   *
   * @param backend the kernels, by name, for a model that computes with them
   * @param numThreads that it computes with
   * @throws IllegalStateException if the backend does not pass the self-test of scoring
   */
  ScoringModel open(String backend, int numThreads);

  @Override
  void close();
}

package dev.kindling.benchmarks.gpu;

/** A task of Kindling's, ready to be repeated. */
interface GpuWork extends AutoCloseable {
  /**
   * Does it once, and waits for it.
   *
   * @return mean cross-entropy in nats per token
   */
  double run();

  @Override
  void close();
}

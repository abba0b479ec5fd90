package dev.kindling.benchmarks.trainstep;

import dev.kindling.benchmarks.limit.Precision;

/** A model with its optimiser and one batch, ready to step: what an engine has to implement. */
public interface TrainingStep extends AutoCloseable {
  /** Peak learning rate of AdamW, which has betas 0.9 and 0.95; constant. */
  double LEARNING_RATE = 6e-4;

  /** First decay of AdamW. */
  double BETA1 = 0.9;

  /** Second decay of AdamW. */
  double BETA2 = 0.95;

  /** Decoupled weight decay, of matrices only. */
  double WEIGHT_DECAY = 0.1;

  /** The norm that the whole gradient is clipped to. */
  double MAX_GRADIENT_NORM = 1;

  /** Seeds the parameters. */
  long SEED = 1;

  /**
   * Forward, backward, clipping, update, on the same batch every time.
   *
   * @return mean cross-entropy in nats per token, before the update
   */
  double run();

  @Override
  void close();

  /** Opens a step of an engine. */
  @FunctionalInterface
  interface Factory {
    /**
     * Builds model, optimiser and batch.
     *
     * @param configuration the shape
     * @param precision what matmuls multiply
     * @param numThreads native threads
     */
    TrainingStep open(StepConfiguration configuration, Precision precision, int numThreads);
  }
}

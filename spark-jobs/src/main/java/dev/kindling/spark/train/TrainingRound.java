package dev.kindling.spark.train;

import dev.kindling.spark.parallel.TrainingState;

/** Steps as Spark jobs: how is the strategy's. */
@FunctionalInterface
interface TrainingRound extends AutoCloseable {
  /** Runs one round and waits for it. The state before stays held, for the caller to release. */
  AveragingRound.Outcome run(TrainingState before, RoundPlan round);

  /** Samples that replicas have been given whose contributions have not joined a round yet. */
  default long numSamplesUnderway() {
    return 0;
  }

  /** Gives up what is under way. */
  @Override
  default void close() {}
}

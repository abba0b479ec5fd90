package dev.kindling.spark.train;

import dev.kindling.spark.parallel.TrainingState;

/** Steps as one Spark job: how is the strategy's. */
@FunctionalInterface
interface TrainingRound {
  /** Runs one round and waits for it. The state before stays held, for the caller to release. */
  AveragingRound.Outcome run(TrainingState before, RoundPlan round);
}

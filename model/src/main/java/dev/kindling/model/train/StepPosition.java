package dev.kindling.model.train;

import dev.kindling.model.random.CounterBasedRandom;

/**
 * Where in a run a step is.
 *
 * @param step the optimiser step from 0: decides the learning rate
 * @param momentSteps updates since the moments were zero, this one not counted: decides AdamW's
 *     bias correction
 * @param seed of the run's dropout
 * @param firstSample the number of the batch's first sample among those of all replicas in the step
 */
public record StepPosition(long step, long momentSteps, long seed, long firstSample) {
  /** A step of a run of one replica whose moments were zero at step 0. */
  public static StepPosition of(long step) {
    return new StepPosition(step, step, 0, 0);
  }

  /** What this step's dropout draws from. */
  long dropoutKey() {
    return CounterBasedRandom.key(seed, step);
  }
}

package dev.kindling.spark.train;

import java.io.Serializable;

/**
 * What is different from round to round. In step {@code i} of a round, replica {@code r} takes the
 * {@code B} samples from {@code firstSample + (i · R + r) · B} on: with a constant R that is a
 * function of the step, and with any R there are neither gaps nor repeats.
 *
 * @param firstStep the optimiser step that it starts with, from 0
 * @param numSteps H
 * @param firstSample the global number of the first sample that no round before has taken
 * @param numReplicas R in this round
 * @param lossLimit a step with a higher loss is left out
 */
record RoundPlan(long firstStep, int numSteps, long firstSample, int numReplicas, double lossLimit)
    implements Serializable {

  /** The first sample of a batch. */
  long firstSample(int i, int replica, int batchSize) {
    return firstSample + ((long) i * numReplicas + replica) * batchSize;
  }

  /** The steps in words, from 1. */
  String steps() {
    return "steps " + (firstStep + 1) + " to " + (firstStep + numSteps);
  }
}

package dev.kindling.spark.train;

import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What is different from round to round. In step {@code i} of a round, the {@code k}-th of its R
 * replicas takes the {@code B} samples from {@code firstSample + (i · R + k) · B} on: with a
 * constant R that is a function of the step, and with any R there are neither gaps nor repeats.
 *
 * @param firstStep the optimiser step that it starts with, from 0
 * @param numSteps H
 * @param firstSample the global number of the first sample that no round before has taken
 * @param replicas who takes its steps, in order
 * @param lossLimit a step with a higher loss is left out
 * @param endsTogether whether all replicas have to arrive, also those that are late
 */
record RoundPlan(
    long firstStep,
    int numSteps,
    long firstSample,
    List<Integer> replicas,
    double lossLimit,
    boolean endsTogether)
    implements Serializable {

  RoundPlan {
    replicas = List.copyOf(replicas);
  }

  /** The replicas 0 to {@code numReplicas - 1}. */
  static List<Integer> all(int numReplicas) {
    return IntStream.range(0, numReplicas).boxed().toList();
  }

  /** The same round for some of its replicas, the others being at work on one before. */
  RoundPlan only(List<Integer> some) {
    return new RoundPlan(firstStep, numSteps, firstSample, some, lossLimit, endsTogether);
  }

  /** R. */
  int numReplicas() {
    return replicas.size();
  }

  /** The first sample of a batch. */
  long firstSample(int i, int replica, int batchSize) {
    return firstSample + ((long) i * numReplicas() + replicas.indexOf(replica)) * batchSize;
  }

  /** The steps in words, from 1. */
  String steps() {
    return "steps " + (firstStep + 1) + " to " + (firstStep + numSteps);
  }
}

package dev.kindling.spark.train;

import java.io.Serializable;

/**
 * The loss of one batch of validation windows.
 *
 * @param batch its number
 * @param sum over its targets, in nats
 * @param numTargets that were counted
 */
record BatchLoss(long batch, double sum, long numTargets) implements Serializable {}

package dev.kindling.spark.sweep.cluster;

/**
 * A validation loss while training.
 *
 * @param seconds wall-clock of the rounds before it
 * @param loss nats per token
 * @param full whether the whole validation split was measured
 */
public record ValidationPoint(double seconds, double loss, boolean full) {}

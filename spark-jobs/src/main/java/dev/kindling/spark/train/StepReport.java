package dev.kindling.spark.train;

/**
 * One optimiser step of all replicas.
 *
 * @param step the number of steps done, from 1
 * @param loss mean over the replicas, nats per token, before the update
 * @param minLoss the best replica's
 * @param maxLoss the worst replica's
 * @param gradientNorm mean over the replicas, before clipping
 * @param learningRate of the inner optimiser
 * @param tokens training tokens seen by all replicas since the run began
 */
public record StepReport(
    long step,
    double loss,
    double minLoss,
    double maxLoss,
    double gradientNorm,
    double learningRate,
    long tokens) {}

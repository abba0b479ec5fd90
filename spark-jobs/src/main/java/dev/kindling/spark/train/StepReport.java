package dev.kindling.spark.train;

/**
 * One optimiser step of all replicas.
 *
 * @param step the number of steps done, from 1
 * @param replicas that took the step; others left it out, and are not in the numbers below
 * @param loss mean over the replicas, nats per token, before the update; NaN if none took the step
 * @param minLoss the best replica's
 * @param maxLoss the worst replica's
 * @param lossDeviation standard deviation over the replicas
 * @param gradientNorm mean over the replicas, before clipping
 * @param learningRate of the inner optimiser
 * @param tokens training tokens seen by all replicas since the run began
 */
public record StepReport(
    long step,
    int replicas,
    double loss,
    double minLoss,
    double maxLoss,
    double lossDeviation,
    double gradientNorm,
    double learningRate,
    long tokens) {}

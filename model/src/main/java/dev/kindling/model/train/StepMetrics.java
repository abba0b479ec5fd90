package dev.kindling.model.train;

/**
 * What one optimiser step reports.
 *
 * @param loss mean cross-entropy in nats per token, before the update
 * @param gradientNorm global L2 norm of the gradient, before clipping
 * @param learningRate the rate that the update used
 */
public record StepMetrics(double loss, double gradientNorm, double learningRate) {}

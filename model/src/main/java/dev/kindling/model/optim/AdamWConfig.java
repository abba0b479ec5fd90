package dev.kindling.model.optim;

/**
 * The inner optimiser and its schedule: AdamW with decoupled weight decay (Loshchilov and Hutter
 * 2019), linear warm-up, cosine decay, and clipping of the global gradient norm.
 *
 * @param learningRate the peak, reached at the end of the warm-up
 * @param minLearningRate where the cosine ends
 * @param warmupSteps steps of linear rise
 * @param decaySteps the step at which the cosine reaches {@code minLearningRate}
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 * @param weightDecay decoupled decay, applied to tensors of two or more dims only
 * @param maxGradientNorm global-norm clipping threshold; 0 turns it off
 */
public record AdamWConfig(
    double learningRate,
    double minLearningRate,
    long warmupSteps,
    long decaySteps,
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    double maxGradientNorm) {}

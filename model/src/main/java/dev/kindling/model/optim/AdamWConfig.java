package dev.kindling.model.optim;

import java.io.Serializable;

/**
 * The inner optimiser and its schedule: AdamW with decoupled weight decay (Loshchilov and Hutter
 * 2019), linear warm-up, cosine decay, and clipping of the global gradient norm. {@link
 * LearningRateSchedule.WarmupCosine} has the exact formula of the rate.
 *
 * @param learningRate the peak, reached at step {@code warmupSteps}
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
    double maxGradientNorm)
    implements Serializable {

  /**
   * Checks every value.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public AdamWConfig {
    require(learningRate >= 0, "learningRate", learningRate, "0 or more");
    require(
        minLearningRate >= 0 && minLearningRate <= learningRate,
        "minLearningRate",
        minLearningRate,
        "0 or more, and at most learningRate " + learningRate);
    require(warmupSteps >= 0, "warmupSteps", warmupSteps, "0 or more");
    require(
        decaySteps >= warmupSteps,
        "decaySteps",
        decaySteps,
        "warmupSteps " + warmupSteps + " or more, because the cosine starts after the warm-up");
    require(beta1 >= 0 && beta1 < 1, "beta1", beta1, "0 or more, and below 1");
    require(beta2 >= 0 && beta2 < 1, "beta2", beta2, "0 or more, and below 1");
    require(epsilon > 0, "epsilon", epsilon, "above 0");
    require(weightDecay >= 0, "weightDecay", weightDecay, "0 or more");
    require(maxGradientNorm >= 0, "maxGradientNorm", maxGradientNorm, "0 (no clipping) or more");
  }

  private static void require(boolean holds, String name, Number given, String expected) {
    if (!holds || !Double.isFinite(given.doubleValue())) {
      throw new IllegalArgumentException(
          "optimizer " + name + " is " + given + ": it must be " + expected);
    }
  }
}

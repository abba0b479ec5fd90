package dev.kindling.model.optim;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.nn.ParameterStore;
import java.io.Serializable;
import java.util.Locale;

/**
 * The inner optimiser and its schedule: linear warm-up, cosine decay, decoupled weight decay, and
 * clipping of the global gradient norm. {@link LearningRateSchedule.WarmupCosine} has the exact
 * formula of the rate.
 *
 * @param kind what is done with the gradient
 * @param learningRate the peak, reached at step {@code warmupSteps}
 * @param minLearningRate where the cosine ends
 * @param warmupSteps steps of linear rise
 * @param decaySteps the step at which the cosine reaches {@code minLearningRate}
 * @param beta1 decay of AdamW's first moment
 * @param beta2 decay of AdamW's second moment
 * @param epsilon added to the root of AdamW's second moment
 * @param weightDecay decoupled decay, applied to tensors of two or more dims only
 * @param maxGradientNorm global-norm clipping threshold; 0 turns it off
 */
public record OptimizerConfig(
    Kind kind,
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

  /** The optimisers. */
  public enum Kind {
    /** {@link AdamW}: two moments for every parameter. */
    ADAMW,
    /** {@link Sgd}: nothing but the gradient. */
    SGD;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Checks every value.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public OptimizerConfig {
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

  /** {@link Kind#ADAMW}. */
  public static OptimizerConfig adamW(
      double learningRate,
      double minLearningRate,
      long warmupSteps,
      long decaySteps,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      double maxGradientNorm) {
    return new OptimizerConfig(
        Kind.ADAMW,
        learningRate,
        minLearningRate,
        warmupSteps,
        decaySteps,
        beta1,
        beta2,
        epsilon,
        weightDecay,
        maxGradientNorm);
  }

  /** {@link Kind#SGD} with a constant rate, and neither decay nor clipping. */
  public static OptimizerConfig plainSgd(double learningRate) {
    return new OptimizerConfig(Kind.SGD, learningRate, learningRate, 0, 0, 0, 0, 1, 0, 0);
  }

  /** Vectors as long as the parameters that the optimiser keeps between steps. */
  public int numMoments() {
    return switch (kind) {
      case ADAMW -> 2;
      case SGD -> 0;
    };
  }

  /** Allocates the optimiser, with moments of zero; both stores stay their owner's. */
  public Optimizer create(ParameterStore parameters, ParameterStore gradients, Backend backend) {
    return switch (kind) {
      case ADAMW -> new AdamW(this, parameters, gradients, backend);
      case SGD -> new Sgd(this, parameters, gradients, backend);
    };
  }

  /** What gradients of this global L2 norm are multiplied by before they are used. */
  public double clippingFactor(double gradientNorm) {
    return maxGradientNorm > 0 && gradientNorm > maxGradientNorm
        ? maxGradientNorm / gradientNorm
        : 1;
  }

  /** The decay of a tensor: neither biases nor gains have any. */
  double weightDecayOf(ParameterStore.Slice slice) {
    return slice.shape().size() >= 2 ? weightDecay : 0;
  }

  private static void require(boolean holds, String name, Number given, String expected) {
    if (!holds || !Double.isFinite(given.doubleValue())) {
      throw new IllegalArgumentException(
          "optimizer " + name + " is " + given + ": it must be " + expected);
    }
  }
}

package dev.kindling.model.optim;

/** The learning rate as a pure function of the optimiser step, so that a resumed run needs none. */
public sealed interface LearningRateSchedule {
  /**
   * The rate of one update.
   *
   * @param step the optimiser step, counted from 0
   * @throws IllegalArgumentException if {@code step} is negative
   */
  double at(long step);

  /** The schedule that {@code config} describes. */
  static LearningRateSchedule of(OptimizerConfig config) {
    return new WarmupCosine(
        config.learningRate(), config.minLearningRate(), config.warmupSteps(), config.decaySteps());
  }

  /**
   * Linear warm-up, half a cosine down (Loshchilov and Hutter 2017), then flat. With W = {@code
   * warmupSteps} and D = {@code decaySteps}, exactly as nanoGPT counts:
   *
   * <pre>
   *   s &lt; W:       peak · (s + 1) / (W + 1)
   *   W ≤ s &lt; D:   minimum + (peak − minimum) · (1 + cos(π · (s − W) / (D − W))) / 2
   *   D ≤ s:       minimum
   * </pre>
   *
   * <p>The first update already has a rate above 0, and step W has the peak.
   *
   * @param peak the highest rate
   * @param minimum the last rate
   * @param warmupSteps W, 0 for none
   * @param decaySteps D, the first step that has the minimum
   */
  record WarmupCosine(double peak, double minimum, long warmupSteps, long decaySteps)
      implements LearningRateSchedule {
    @Override
    public double at(long step) {
      if (step < 0) {
        throw new IllegalArgumentException("step is " + step + ": steps are counted from 0");
      }
      if (step < warmupSteps) {
        return peak * (step + 1) / (warmupSteps + 1);
      }
      if (step >= decaySteps) {
        return minimum;
      }
      double progress = (double) (step - warmupSteps) / (decaySteps - warmupSteps);
      return minimum + (peak - minimum) * 0.5 * (1 + Math.cos(Math.PI * progress));
    }
  }
}

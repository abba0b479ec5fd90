package dev.kindling.model.dl4j;

import dev.kindling.model.optim.LearningRateSchedule.WarmupCosine;
import dev.kindling.model.optim.OptimizerConfig;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * {@link WarmupCosine} as DL4J asks for it; an iteration is an optimiser step. The components are
 * those of the schedule, because they are what DL4J writes into its JSON.
 */
public record StepSchedule(double peak, double minimum, long warmupSteps, long decaySteps)
    implements ISchedule {

  static StepSchedule of(OptimizerConfig optimizer) {
    return new StepSchedule(
        optimizer.learningRate(),
        optimizer.minLearningRate(),
        optimizer.warmupSteps(),
        optimizer.decaySteps());
  }

  @Override
  public double valueAt(int iteration, int epoch) {
    return new WarmupCosine(peak, minimum, warmupSteps, decaySteps).at(iteration);
  }

  /** This: records do not change. */
  @Override
  public ISchedule clone() {
    return this;
  }
}

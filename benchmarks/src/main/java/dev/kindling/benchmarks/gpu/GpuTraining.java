package dev.kindling.benchmarks.gpu;

import dev.kindling.benchmarks.trainstep.KindlingModels;
import dev.kindling.benchmarks.trainstep.StepConfiguration;
import dev.kindling.benchmarks.trainstep.TrainingStep;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.optim.OptimizerConfig;
import dev.kindling.model.train.ComputeOptions;
import dev.kindling.model.train.LocalTrainer;
import dev.kindling.model.train.MemoryPlan;
import dev.kindling.model.train.Precision;
import dev.kindling.model.train.StepPosition;

/** Kindling's trainer. */
final class GpuTraining implements GpuWork {
  private static final OptimizerConfig OPTIMIZER =
      OptimizerConfig.adamW(
          TrainingStep.LEARNING_RATE,
          TrainingStep.LEARNING_RATE,
          0,
          0,
          TrainingStep.BETA1,
          TrainingStep.BETA2,
          1e-8,
          TrainingStep.WEIGHT_DECAY,
          TrainingStep.MAX_GRADIENT_NORM);

  private final Batch batch;
  private final LocalTrainer trainer;
  private long numSteps;

  GpuTraining(StepConfiguration model, Precision precision, Backend backend) {
    batch = KindlingModels.batch(model);
    trainer =
        new LocalTrainer(
            KindlingModels.config(model), OPTIMIZER, ComputeOptions.PLAIN.with(precision), backend);
    RandomParameters.fill(trainer.parameters());
  }

  /** What the formula of the memory of a step says. */
  static long plannedBytes(StepConfiguration model, Precision precision) {
    return MemoryPlan.of(
            KindlingModels.config(model),
            OPTIMIZER,
            ComputeOptions.PLAIN.with(precision),
            model.batch(),
            model.length(),
            model.targetLength(),
            Backend.GPU_LOGIT_BYTES)
        .total();
  }

  @Override
  public double run() {
    return trainer.step(batch, StepPosition.of(numSteps++)).loss();
  }

  @Override
  public void close() {
    trainer.close();
  }
}

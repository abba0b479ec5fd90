package dev.kindling.benchmarks.trainstep;

import dev.kindling.benchmarks.limit.Precision;
import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.optim.OptimizerConfig;
import dev.kindling.model.train.ComputeOptions;
import dev.kindling.model.train.LocalTrainer;
import dev.kindling.model.train.MemoryPlan;
import dev.kindling.model.train.StepPosition;
import java.io.IOException;

/** Kindling's own step, through its trainer, with the fast CPU kernels. */
final class KindlingStep implements TrainingStep {
  private static final OptimizerConfig OPTIMIZER =
      OptimizerConfig.adamW(
          LEARNING_RATE, LEARNING_RATE, 0, 0, BETA1, BETA2, 1e-8, WEIGHT_DECAY, MAX_GRADIENT_NORM);

  private final Batch batch;
  private final Backend backend;
  private final LocalTrainer trainer;
  private long numSteps;

  KindlingStep(StepConfiguration configuration, Precision precision, int numThreads) {
    this(configuration, precision, Backends.open("onednn", numThreads));
  }

  /** Takes over {@code backend}. */
  KindlingStep(StepConfiguration configuration, Precision precision, Backend backend) {
    this.batch = KindlingModels.batch(configuration);
    this.backend = backend;
    trainer =
        new LocalTrainer(
            KindlingModels.config(configuration), OPTIMIZER, options(precision), backend);
    trainer.initialize(SEED);
  }

  private static ComputeOptions options(Precision precision) {
    return ComputeOptions.PLAIN.with(
        switch (precision) {
          case FP32 -> dev.kindling.model.train.Precision.F32;
          case BF16 -> dev.kindling.model.train.Precision.BF16;
        });
  }

  /** What the formula of the memory of a step says of a process that does nothing else. */
  static long plannedBytes(StepConfiguration configuration, Precision precision) {
    ArchitectureConfig config = KindlingModels.config(configuration);
    return MemoryPlan.of(
            config,
            OPTIMIZER,
            options(precision),
            configuration.batch(),
            configuration.length(),
            configuration.targetLength(),
            Backend.CPU_LOGIT_BYTES)
        .processTotal();
  }

  /** The process of the Kindling engines. */
  public static void main(String[] args) throws IOException {
    StepProcess.run(args, KindlingStep::new);
  }

  @Override
  public double run() {
    return trainer.step(batch, StepPosition.of(numSteps++)).loss();
  }

  @Override
  public void close() {
    trainer.close();
    backend.close();
  }
}

package dev.kindling.spark.config;

import dev.kindling.model.optim.OptimizerConfig;
import dev.kindling.model.train.ComputeOptions;
import dev.kindling.model.train.Precision;

/**
 * One replica's optimisation.
 *
 * @param steps optimiser steps of every replica
 * @param batchSize sequences per replica and step
 * @param backend {@code auto} (the fastest that loads on the driver), {@code onednn} or {@code
 *     nd4j}
 * @param precision of activations and matrices
 * @param activationCheckpointing whether activations inside of layers are computed twice
 * @param optimizer the inner optimiser; the loader makes {@code decaySteps} 0 into {@code steps}
 * @param evaluateEverySteps steps between two measurements of the validation loss; 0: at the end
 * @param evaluationTokens validation tokens per measurement while training; 0: the whole split, as
 *     always at the end
 */
public record TrainingConfig(
    long steps,
    int batchSize,
    String backend,
    Precision precision,
    boolean activationCheckpointing,
    OptimizerConfig optimizer,
    long evaluateEverySteps,
    long evaluationTokens) {

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public TrainingConfig {
    Require.atLeast("steps", steps, 1);
    Require.atLeast("batchSize", batchSize, 1);
    Require.oneOf("backend", backend, "auto", "onednn", "nd4j");
    Require.atLeast("evaluateEverySteps", evaluateEverySteps, 0);
    Require.atLeast("evaluationTokens", evaluationTokens, 0);
  }

  /**
   * How a step is computed.
   *
   * @param microBatches parts that a batch is cut into
   */
  public ComputeOptions compute(int microBatches) {
    return new ComputeOptions(precision, microBatches, activationCheckpointing);
  }

  /** The same on another backend. */
  public TrainingConfig withBackend(String newBackend) {
    return new TrainingConfig(
        steps,
        batchSize,
        newBackend,
        precision,
        activationCheckpointing,
        optimizer,
        evaluateEverySteps,
        evaluationTokens);
  }
}

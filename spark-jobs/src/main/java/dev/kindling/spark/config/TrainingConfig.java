package dev.kindling.spark.config;

import dev.kindling.model.optim.AdamWConfig;
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
 * @param microBatches parts that a batch is cut into, one after the other
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
    int microBatches,
    boolean activationCheckpointing,
    AdamWConfig optimizer,
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
    if (microBatches < 1 || microBatches > batchSize) {
      throw new IllegalArgumentException(
          "microBatches is "
              + microBatches
              + ": a batch of batchSize "
              + batchSize
              + " sequences can be cut into 1 to "
              + batchSize
              + " parts");
    }
    Require.atLeast("evaluateEverySteps", evaluateEverySteps, 0);
    Require.atLeast("evaluationTokens", evaluationTokens, 0);
  }

  /** How a step is computed. */
  public ComputeOptions compute() {
    return new ComputeOptions(precision, microBatches, activationCheckpointing);
  }

  /** The same on another backend. */
  public TrainingConfig withBackend(String newBackend) {
    return new TrainingConfig(
        steps,
        batchSize,
        newBackend,
        precision,
        microBatches,
        activationCheckpointing,
        optimizer,
        evaluateEverySteps,
        evaluationTokens);
  }
}

package dev.kindling.spark.config;

import dev.kindling.model.optim.AdamWConfig;

/**
 * One replica's optimisation.
 *
 * @param steps optimiser steps of every replica
 * @param batchSize sequences per replica and step
 * @param backend {@code auto} (the fastest that loads on the driver), {@code onednn} or {@code
 *     nd4j}
 * @param optimizer the inner optimiser; the loader makes {@code decaySteps} 0 into {@code steps}
 * @param evaluateEverySteps steps between two measurements of the validation loss; 0: at the end
 * @param evaluationTokens validation tokens per measurement while training; 0: the whole split, as
 *     always at the end
 */
public record TrainingConfig(
    long steps,
    int batchSize,
    String backend,
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
    Require.atLeast("evaluateEverySteps", evaluateEverySteps, 0);
    Require.atLeast("evaluationTokens", evaluationTokens, 0);
  }
}

package dev.kindling.spark.config;

import dev.kindling.model.optim.OptimizerConfig;
import dev.kindling.model.train.ComputeOptions;
import dev.kindling.model.train.Precision;
import java.util.Locale;

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
 * @param onNonFinite what becomes of a step whose loss or gradient is infinite or not a number
 * @param skipLossSpikes standard deviations above the mean of the last steps' losses from which on
 *     a loss is a spike, whose step is left out; 0: none is
 * @param maxConsecutiveSkips steps that one replica may leave out one after the other
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
    OnNonFinite onNonFinite,
    double skipLossSpikes,
    int maxConsecutiveSkips,
    long evaluateEverySteps,
    long evaluationTokens) {

  /** What becomes of a step that cannot be taken. */
  public enum OnNonFinite {
    /** The run stops, and says at which samples. */
    STOP,
    /** The replica leaves the step out and goes on. */
    SKIP;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public TrainingConfig {
    Require.atLeast("steps", steps, 1);
    Require.atLeast("batchSize", batchSize, 1);
    Require.oneOf("backend", backend, "auto", "cuda", "onednn", "nd4j");
    Require.atLeast("skipLossSpikes", skipLossSpikes, 0.0);
    Require.atLeast("maxConsecutiveSkips", maxConsecutiveSkips, 1);
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

  /** The same with another number of sequences per replica and step. */
  public TrainingConfig withBatchSize(int newBatchSize) {
    return new TrainingConfig(
        steps,
        newBatchSize,
        backend,
        precision,
        activationCheckpointing,
        optimizer,
        onNonFinite,
        skipLossSpikes,
        maxConsecutiveSkips,
        evaluateEverySteps,
        evaluationTokens);
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
        onNonFinite,
        skipLossSpikes,
        maxConsecutiveSkips,
        evaluateEverySteps,
        evaluationTokens);
  }
}

package dev.kindling.spark.train;

import dev.kindling.model.optim.OptimizerConfig;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.config.CheckpointConfig;
import dev.kindling.spark.config.DataParallelismConfig;
import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import dev.kindling.spark.config.DataParallelismConfig.Mode;
import dev.kindling.spark.config.DataParallelismConfig.Outer;
import dev.kindling.spark.config.DataParallelismConfig.PseudoGradients;
import dev.kindling.spark.config.ModelConfig;
import dev.kindling.spark.config.ObjectiveConfig;
import dev.kindling.spark.config.ParallelConfig;
import dev.kindling.spark.config.TrainingConfig;
import dev.kindling.spark.config.TrainingConfig.OnNonFinite;
import org.apache.hadoop.fs.Path;

/** A plan for a model of a few hundred parameters, to be varied by the tests. */
record TinyPlan(
    Path tokens,
    Path output,
    long steps,
    int dataParallel,
    int localSteps,
    Outer outer,
    InnerState innerState,
    int everyRounds,
    int numShards,
    ModelConfig model) {

  static final Outer PLAIN = new Outer(1, 0, false);
  static final Outer DILOCO = new Outer(0.7, 0.9, true);
  static final int BATCH_SIZE = 2;
  static final long SEED = 7;

  static final OptimizerConfig OPTIMIZER =
      OptimizerConfig.adamW(0.01, 0.001, 2, 100, 0.9, 0.95, 1e-8, 0.1, 1);

  static TinyPlan of(Path tokens, java.nio.file.Path output) {
    return new TinyPlan(
        tokens,
        new Path(output.toUri()),
        8,
        2,
        2,
        DILOCO,
        InnerState.KEEP,
        2,
        3,
        ModelConfig.gpt2(8, 1, 2, 8));
  }

  TinyPlan withOutput(java.nio.file.Path newOutput) {
    return new TinyPlan(
        tokens,
        new Path(newOutput.toUri()),
        steps,
        dataParallel,
        localSteps,
        outer,
        innerState,
        everyRounds,
        numShards,
        model);
  }

  TinyPlan withTokens(Path newTokens) {
    return new TinyPlan(
        newTokens,
        output,
        steps,
        dataParallel,
        localSteps,
        outer,
        innerState,
        everyRounds,
        numShards,
        model);
  }

  TinyPlan withSteps(long newSteps) {
    return new TinyPlan(
        tokens,
        output,
        newSteps,
        dataParallel,
        localSteps,
        outer,
        innerState,
        everyRounds,
        numShards,
        model);
  }

  TinyPlan withReplicas(int newDataParallel, int newLocalSteps) {
    return new TinyPlan(
        tokens,
        output,
        steps,
        newDataParallel,
        newLocalSteps,
        outer,
        innerState,
        everyRounds,
        numShards,
        model);
  }

  TinyPlan withOuter(Outer newOuter) {
    return new TinyPlan(
        tokens,
        output,
        steps,
        dataParallel,
        localSteps,
        newOuter,
        innerState,
        everyRounds,
        numShards,
        model);
  }

  TinyPlan withInnerState(InnerState newInnerState) {
    return new TinyPlan(
        tokens,
        output,
        steps,
        dataParallel,
        localSteps,
        outer,
        newInnerState,
        everyRounds,
        numShards,
        model);
  }

  TinyPlan withEveryRounds(int newEveryRounds) {
    return new TinyPlan(
        tokens,
        output,
        steps,
        dataParallel,
        localSteps,
        outer,
        innerState,
        newEveryRounds,
        numShards,
        model);
  }

  TinyPlan withShards(int newNumShards) {
    return new TinyPlan(
        tokens,
        output,
        steps,
        dataParallel,
        localSteps,
        outer,
        innerState,
        everyRounds,
        newNumShards,
        model);
  }

  TinyPlan withModel(ModelConfig newModel) {
    return new TinyPlan(
        tokens,
        output,
        steps,
        dataParallel,
        localSteps,
        outer,
        innerState,
        everyRounds,
        numShards,
        newModel);
  }

  TrainingPlan plan() {
    return new TrainingPlan(
        tokens,
        output,
        SEED,
        model,
        ObjectiveConfig.published(),
        training(steps, OPTIMIZER),
        ParallelConfig.ofReplicas(dataParallel),
        new DataParallelismConfig(
            Mode.AVERAGING, localSteps, outer, innerState, PseudoGradients.F32, false, false, 1.5),
        new CheckpointConfig(everyRounds, 2, true, 30),
        numShards);
  }

  static TrainingConfig training(long steps, OptimizerConfig optimizer) {
    return new TrainingConfig(
        steps,
        BATCH_SIZE,
        "onednn",
        Precision.F32,
        false,
        optimizer,
        OnNonFinite.STOP,
        0,
        100,
        4,
        40);
  }
}

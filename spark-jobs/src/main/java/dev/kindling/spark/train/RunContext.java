package dev.kindling.spark.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.spark.checkpoint.Checkpoints;
import dev.kindling.spark.config.DataParallelismConfig;
import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.parallel.ShardLayout;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * What a run works with, checked and resolved.
 *
 * @param spark the cluster
 * @param hadoop the filesystem's settings for tasks
 * @param plan as the user gave it
 * @param model the shape, with the vocabulary of the tokens
 * @param tokens the training data
 * @param settings what decides the parameters, see {@link RunSettings}
 * @param directory where the run lies
 * @param checkpoints in it
 * @param listener hears how it goes
 */
record RunContext(
    JavaSparkContext spark,
    HadoopSettings hadoop,
    TrainingPlan plan,
    GptConfig model,
    TokenDirectory tokens,
    ObjectNode settings,
    RunDirectory directory,
    Checkpoints checkpoints,
    ProgressListener listener) {

  int numReplicas() {
    return plan.parallel().dataParallel();
  }

  /** P. */
  long numParameters() {
    return ModelSize.requireTrainable(model);
  }

  ShardLayout layout() {
    return plan.numShards() == 0
        ? ShardLayout.derive(numParameters(), numReplicas())
        : new ShardLayout(numParameters(), plan.numShards());
  }

  OuterOptimizer outerOptimizer() {
    return OuterOptimizer.of(plan.dataParallelism().outer());
  }

  DataOrder data() {
    return new DataOrder(
        tokens.path().toString(),
        plan.seed(),
        numReplicas(),
        plan.training().batchSize(),
        model.contextLength());
  }

  AveragingRound newRound() {
    DataParallelismConfig.InnerState innerState = plan.dataParallelism().innerState();
    ReplicaSpec spec =
        new ReplicaSpec(
            model,
            plan.training().optimizer(),
            plan.training().backend(),
            innerState,
            layout(),
            data());
    return new AveragingRound(spark, hadoop, spec, outerOptimizer());
  }

  /**
   * @param full whether the whole split is measured, whatever is configured
   */
  Evaluation newEvaluation(boolean full) {
    long all = tokens.numValidationTokens() - 1;
    long configured = plan.training().evaluationTokens();
    long numTargets = full || configured == 0 ? all : Math.min(all, configured);
    int batchSize = plan.training().batchSize();
    long numBatches = Evaluation.numBatches(numTargets, model.contextLength(), batchSize);
    int numTasks = (int) Math.min(numBatches, Math.max(1, Preflight.numSlots(spark)));
    return new Evaluation(
        hadoop,
        model,
        plan.training().backend(),
        layout(),
        tokens.path().toString(),
        batchSize,
        numTargets,
        numTasks);
  }
}

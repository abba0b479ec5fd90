package dev.kindling.spark.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.io.SpecialTokenIds;
import dev.kindling.model.layout.PieceRange;
import dev.kindling.model.objective.Objective;
import dev.kindling.spark.checkpoint.Checkpoints;
import dev.kindling.spark.config.DataParallelismConfig;
import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.parallel.ShardLayout;
import dev.kindling.spark.parallel.schedule.PipelineSchedule;
import dev.kindling.spark.train.dl4j.Dl4jNetwork;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * What a run works with, checked and resolved.
 *
 * @param spark the cluster
 * @param hadoop the filesystem's settings for tasks
 * @param plan as the user gave it
 * @param model the shape, with the vocabulary of the tokens
 * @param objective what it is trained for
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
    ModelShape model,
    Objective objective,
    TokenDirectory tokens,
    ObjectNode settings,
    RunDirectory directory,
    Checkpoints checkpoints,
    ProgressListener listener) {

  /** The shape, where the engine trains it. */
  ArchitectureConfig transformer() {
    return (ArchitectureConfig) model;
  }

  /** R; of an elastic run the most that a round takes. */
  int numReplicas() {
    return plan.parallel().dataParallel();
  }

  /** R of a round that begins now. */
  int numReplicasNow() {
    return plan.dataParallelism().elastic()
        ? Math.max(1, Math.min(Preflight.numSlots(spark), numReplicas()))
        : numReplicas();
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
        tokens.path().toString(), plan.seed(), plan.training().batchSize(), objective);
  }

  /** Whether ranks talk to each other within a step, so that they have to run at once. */
  boolean talks() {
    return plan.mesh().ranksPerReplica() > 1 || isSynchronous();
  }

  private boolean isSynchronous() {
    return plan.dataParallelism().mode() == DataParallelismConfig.Mode.SYNCHRONOUS;
  }

  /**
   * The strategy.
   *
   * @param before settings of the checkpoint that the run goes on from; empty for none
   */
  TrainingRound newRound(ObjectNode before) {
    DataParallelismConfig replicas = plan.dataParallelism();
    if (replicas.mode() == DataParallelismConfig.Mode.DL4J) {
      return new Dl4jRound(spark, hadoop, dl4jNetwork(), layout(), data());
    }
    if (replicas.asynchronous()) {
      return new AsynchronousRounds(
          spark, hadoop, replicaSpec(), outerOptimizer(), replicas.lateAfter());
    }
    if (!talks()) {
      return new AveragingRound(spark, hadoop, replicaSpec(), outerOptimizer());
    }
    PipelineSchedule schedule = plan.parallel().pipelineSchedule();
    List<PieceRange> stages = allPieces();
    if (schedule.numStages() > 1) {
      // The pieces are measured as they are on ranks that have everything.
      List<PieceTimer.Seconds> seconds =
          new PieceTimer(groupSpec(stages, List.of()), hadoop).measure(spark);
      stages =
          Stages.of(
              settings,
              before,
              schedule.numStages(),
              seconds.stream().map(PieceTimer.Seconds::both).toList());
      listener.pipelinePlanned(Stages.simulated(schedule, stages, seconds), stages);
    }
    return new GroupRound(spark, hadoop, groupSpec(stages, leastOnGpus(stages)), outerOptimizer());
  }

  private List<PieceRange> allPieces() {
    return List.of(transformer().placements().allPieces());
  }

  private List<Long> leastOnGpus(List<PieceRange> stages) {
    return new PlannedMemory(
            transformer(), objective, plan.training(), plan.parallel(), plan.dataParallelism())
        .leastOnGpus(stages);
  }

  private Dl4jNetwork dl4jNetwork() {
    return new Dl4jNetwork(
        model,
        plan.training().optimizer(),
        plan.compute(),
        plan.training().backend(),
        Integer.parseInt(spark.getConf().get("spark.task.cpus", "1")),
        plan.seed(),
        plan.training().batchSize());
  }

  private ReplicaSpec replicaSpec() {
    return new ReplicaSpec(
        transformer(),
        plan.training().optimizer(),
        plan.compute(),
        plan.training().backend(),
        leastOnGpus(allPieces()).stream().findFirst().orElse(0L),
        plan.training().onNonFinite(),
        plan.dataParallelism().innerState(),
        PseudoGradientCodec.of(plan.dataParallelism()),
        layout(),
        data());
  }

  /**
   * What ranks are to do.
   *
   * @param leastOnGpus of every rank of a replica; empty where none is compared with its GPU
   */
  private GroupSpec groupSpec(List<PieceRange> stages, List<Long> leastOnGpus) {
    PipelineSchedule schedule = plan.parallel().pipelineSchedule();
    return new GroupSpec(
        plan.training().optimizer(),
        plan.compute(),
        plan.training().backend(),
        leastOnGpus,
        plan.training().onNonFinite(),
        plan.dataParallelism().innerState(),
        layout(),
        new GroupLayout(transformer(), plan.mesh(), stages),
        schedule,
        isSynchronous(),
        data(),
        plan.parallel().timeout());
  }

  /** The tokens with a meaning of their own, for those who use the model. */
  SpecialTokenIds specialTokens() {
    return ModelTokens.of(objective, tokens.endOfTextId());
  }

  /** Whether a measurement while training takes the whole split, as the last one does. */
  boolean measuresWholeSplit() {
    long configured = plan.training().evaluationTokens();
    return configured == 0 || configured >= tokens.numMeasurable(objective);
  }

  /**
   * @param full whether the whole split is measured, whatever is configured
   */
  Evaluation newEvaluation(boolean full) {
    long numTokens =
        full || measuresWholeSplit()
            ? tokens.numMeasurable(objective)
            : Math.max(plan.training().evaluationTokens(), RawWindows.stride(objective));
    int batchSize = plan.training().batchSize();
    ValidationOrder order =
        new ValidationOrder(tokens.path().toString(), objective, batchSize, numTokens);
    int numTasks = (int) Math.min(order.numBatches(), Math.max(1, Preflight.numSlots(spark)));
    return new Evaluation(
        hadoop,
        model,
        plan.training().precision(),
        plan.training().backend(),
        layout(),
        order,
        numTasks);
  }
}

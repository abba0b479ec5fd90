package dev.kindling.spark.train;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.config.DataParallelismConfig;
import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import dev.kindling.spark.config.DataParallelismConfig.Mode;
import dev.kindling.spark.config.DataParallelismConfig.PseudoGradients;
import dev.kindling.spark.config.ParallelConfig;
import dev.kindling.spark.config.TrainingConfig;
import dev.kindling.spark.memory.ExecutorSettings;
import dev.kindling.spark.memory.MemoryCheck;
import dev.kindling.spark.memory.RunMemory;
import dev.kindling.spark.parallel.ClusterBackends;
import dev.kindling.spark.parallel.Mesh;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** What is looked at before the first round. */
final class Preflight {
  private Preflight() {}

  /** Tasks that the cluster runs at once, as it is now. */
  static int numSlots(JavaSparkContext spark) {
    return spark
        .sc()
        .maxNumConcurrentTasks(spark.sc().resourceProfileManager().defaultResourceProfile());
  }

  /**
   * Checks that the backend computes in the precision, as far as the driver knows by itself: what
   * the GPUs of executors have is not its to know.
   *
   * @throws InvalidInputException if it does not
   */
  static void requirePrecision(TrainingConfig training) {
    boolean isOfExecutors = Set.of(Backends.AUTO, Backends.CUDA).contains(training.backend());
    if (training.precision() == Precision.F32 || isOfExecutors) {
      return;
    }
    try (Backend backend = Backends.open(training.backend(), 1)) {
      requirePrecision(training, ClusterBackends.precisions(backend));
    }
  }

  /**
   * Checks that the backend computes in the precision where tasks run.
   *
   * @param training with the backend resolved
   * @throws InvalidInputException if it does not
   */
  static void requirePrecision(JavaSparkContext spark, TrainingConfig training) {
    // Every backend has F32, and the driver need not be able to open the one of its executors.
    if (training.precision() != Precision.F32) {
      requirePrecision(training, ClusterBackends.precisions(spark, training.backend()));
    }
  }

  private static void requirePrecision(TrainingConfig training, Set<Precision> precisions) {
    if (!precisions.contains(training.precision())) {
      throw new InvalidInputException(
          "training.precision is "
              + words(Set.of(training.precision()))
              + ", but the backend "
              + training.backend()
              + " computes in "
              + words(precisions),
          "a precision that the backend has",
          training.precision() == Precision.TF32
              ? "set training.precision to f32, or use training.backend cuda on GPUs of compute"
                  + " capability 8.0 or newer"
              : "set training.precision to f32, or training.backend to onednn");
    }
  }

  private static String words(Set<Precision> precisions) {
    return precisions.stream()
        .map(precision -> precision.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }

  /**
   * Checks that the model can be spread over the mesh, its batches over the pipeline, and that what
   * only whole replicas can do is not asked of others.
   *
   * @throws InvalidInputException saying what does not divide
   */
  static void requireMesh(TrainingPlan plan, ModelShape shape) {
    ParallelConfig parallel = plan.parallel();
    Dl4jPreflight.require(plan, shape);
    requireWholeReplicas(plan);
    if (parallel.microBatches() > plan.training().batchSize()) {
      throw new InvalidInputException(
          "parallel.microBatches is "
              + parallel.microBatches()
              + ", but a batch has training.batchSize "
              + plan.training().batchSize()
              + " sequences",
          "micro-batches of 1 sequence or more",
          "set parallel.microBatches to " + plan.training().batchSize() + " or less");
    }
    if (!(shape instanceof ArchitectureConfig model)) {
      return;
    }
    int numStages = parallel.pipelineParallel() * parallel.virtualStages();
    int numPieces = model.placements().numPieces();
    if (numStages > numPieces) {
      throw new InvalidInputException(
          "pipelineParallel "
              + parallel.pipelineParallel()
              + " × virtualStages "
              + parallel.virtualStages()
              + " = "
              + numStages
              + " stages, but the model has "
              + numPieces
              + " pieces: its layers, and the embedding and the head",
          "at most one stage for a piece",
          "set parallel.pipelineParallel or parallel.virtualStages lower, or give the model more"
              + " layers");
    }
    try {
      model.requireSlices(parallel.tensorParallel());
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          e.getMessage(),
          "heads and columns that parallel.tensorParallel divides",
          "set parallel.tensorParallel to 1, or change the model",
          e);
    }
  }

  private static void requireWholeReplicas(TrainingPlan plan) {
    DataParallelismConfig replicas = plan.dataParallelism();
    boolean areGroups = plan.mesh().ranksPerReplica() > 1 && plan.parallel().dataParallel() > 1;
    if (areGroups
        && replicas.mode() == Mode.AVERAGING
        && replicas.innerState() == InnerState.KEEP) {
      throw new InvalidInputException(
          "dataParallelism.innerState is keep, and replicas are groups: " + plan.mesh().equation(),
          "moments that are averaged or reset where replicas of several ranks average",
          "set dataParallelism.innerState to average or reset, or dataParallelism.mode to"
              + " synchronous");
    }
    boolean whole = replicas.mode() == Mode.AVERAGING && plan.mesh().ranksPerReplica() == 1;
    boolean needsWhole =
        replicas.elastic()
            || replicas.asynchronous()
            || replicas.pseudoGradients() != PseudoGradients.F32;
    if (!whole && needsWhole) {
      throw new InvalidInputException(
          "dataParallelism.mode is "
              + replicas.mode()
              + ", with "
              + plan.mesh().equation()
              + ", dataParallelism.elastic "
              + replicas.elastic()
              + ", dataParallelism.asynchronous "
              + replicas.asynchronous()
              + " and dataParallelism.pseudoGradients "
              + replicas.pseudoGradients(),
          "mode averaging and replicas of one rank, for elastic or asynchronous rounds and rounded"
              + " pseudo-gradients",
          "set dataParallelism.elastic=false, dataParallelism.asynchronous=false and"
              + " dataParallelism.pseudoGradients=f32, or dataParallelism.mode=averaging,"
              + " parallel.pipelineParallel=1 and parallel.tensorParallel=1");
    }
    if (replicas.elastic() && replicas.asynchronous()) {
      throw new InvalidInputException(
          "dataParallelism.elastic and dataParallelism.asynchronous are true",
          "one of them: who is late keeps its number, and elastic rounds give numbers anew",
          "set dataParallelism.elastic=false, or dataParallelism.asynchronous=false");
    }
  }

  /**
   * Checks that ranks that talk to each other can all run at once.
   *
   * @throws InvalidInputException if there are fewer slots than ranks, or Spark may take some away
   */
  static void requireSlots(JavaSparkContext spark, Mesh mesh) {
    if (spark.getConf().getBoolean("spark.dynamicAllocation.enabled", false)) {
      throw new InvalidInputException(
          "spark.dynamicAllocation.enabled is true",
          "a fixed number of executors, because the ranks of a step talk to each other",
          "set --conf spark.dynamicAllocation.enabled=false, or use"
              + " dataParallelism.mode=averaging with whole replicas");
    }
    int numSlots = numSlots(spark);
    if (mesh.numRanks() > numSlots) {
      throw new InvalidInputException(
          mesh.equation()
              + ", but "
              + numSlots
              + (numSlots == 1 ? " slot is free" : " slots are free"),
          "a slot for every rank, because they run at once",
          "give the cluster more executors or cores, or choose a smaller mesh");
    }
  }

  /** Says so where the replicas will not all run at once: it is slower, and as right. */
  static void compareWithSlots(
      JavaSparkContext spark, Mesh mesh, boolean asynchronous, Consumer<String> warning) {
    int numSlots = numSlots(spark);
    if (mesh.numRanks() > numSlots) {
      warning.accept(
          mesh.equation()
              + ", but "
              + numSlots
              + (numSlots == 1 ? " slot is" : " slots are")
              + " free: the replicas of a round run in "
              + (mesh.numRanks() + numSlots - 1) / Math.max(1, numSlots)
              + " waves"
              + (asynchronous ? ", and who waits for a slot counts as late" : "")
              + "; give the cluster more cores, or choose a smaller parallel.dataParallel");
    }
  }

  /**
   * Checks that executors have the memory that the run needs, and says so where they have it only
   * just.
   *
   * @param isNew whether the parameters are still to be drawn
   * @throws InvalidInputException with the settings to use
   */
  static void requireMemory(RunContext run, boolean isNew, Consumer<String> warning) {
    TrainingPlan plan = run.plan();
    RunMemory memory =
        PlannedMemory.of(
            run.model(), run.objective(), plan.training(), plan.parallel(), plan.dataParallelism());
    SparkConf conf = run.spark().getConf();
    if (plan.dataParallelism().mode() == Mode.DL4J) {
      Dl4jPreflight.requireSendable(
          run.numParameters(), plan.training().optimizer().numMoments(), run.numReplicas(), conf);
    }
    ExecutorSettings given =
        ExecutorSettings.of(conf).seen(numSlots(run.spark()), Storage.numExecutors(run.spark()));
    MemoryCheck check = MemoryCheck.of(isNew ? memory : memory.goingOn(), given, conf);
    check.require();
    if (!check.isEnough()) {
      warning.accept(check.warning());
    }
  }
}

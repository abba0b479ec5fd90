package dev.kindling.spark.train;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.layout.ModelLayout;
import dev.kindling.model.layout.PartLayout;
import dev.kindling.model.layout.PieceRange;
import dev.kindling.model.layout.Placement;
import dev.kindling.model.objective.Objective;
import dev.kindling.model.objective.SpanCorruption;
import dev.kindling.model.train.MemoryPlan;
import dev.kindling.spark.config.DataParallelismConfig;
import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import dev.kindling.spark.config.DataParallelismConfig.Mode;
import dev.kindling.spark.config.ParallelConfig;
import dev.kindling.spark.config.TrainingConfig;
import dev.kindling.spark.memory.RunMemory;
import dev.kindling.spark.parallel.Mesh;
import dev.kindling.spark.parallel.schedule.Action;
import dev.kindling.spark.parallel.schedule.PipelineSchedule;
import dev.kindling.spark.parallel.schedule.StageBalance;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a run will hold in memory, from its settings alone: nothing is allocated.
 *
 * @param model the resolved shape
 * @param objective what it is trained for
 * @param training one replica's optimisation
 * @param parallel the mesh, and the schedule of its pipelines
 * @param replicas how they stay one model
 */
public record PlannedMemory(
    ArchitectureConfig model,
    Objective objective,
    TrainingConfig training,
    ParallelConfig parallel,
    DataParallelismConfig replicas) {

  /**
   * How exact {@link MemoryPlan} is for activations: to a tenth, and what a backend does in place
   * is not known to it.
   */
  private static final double CERTAIN_ACTIVATIONS = 0.8;

  /** What all tasks hold of a run of any strategy. */
  public static RunMemory of(
      ModelShape model,
      Objective objective,
      TrainingConfig training,
      ParallelConfig parallel,
      DataParallelismConfig replicas) {
    return replicas.mode() == Mode.DL4J
        ? new Dl4jMemory(model, training, parallel.dataParallel()).run()
        : new PlannedMemory((ArchitectureConfig) model, objective, training, parallel, replicas)
            .run();
  }

  /** What all tasks hold. */
  public RunMemory run() {
    Mesh mesh = parallel.mesh();
    RunMemory onHost = talks() ? ofGroups(mesh) : ofWholeReplicas(mesh.dataParallel());
    return isOnGpus() ? onHost.withTensorsOnGpus() : onHost;
  }

  private boolean isOnGpus() {
    return training.backend().equals(Backends.CUDA);
  }

  /**
   * What tensors take of their GPUs in any case, in bytes, of every rank of a replica.
   *
   * @param stages the pieces of the virtual stages; all in one where there is no pipeline
   * @return nothing where tensors lie on the host
   */
  List<Long> leastOnGpus(List<PieceRange> stages) {
    if (!isOnGpus()) {
      return List.of();
    }
    PipelineSchedule schedule = parallel.pipelineSchedule();
    List<PartLayout> parts = new GroupLayout(model, parallel.mesh(), stages).parts();
    return IntStream.range(0, parts.size())
        .mapToObj(
            rank ->
                least(ofPart(parts.get(rank), numPasses(schedule, parallel.mesh().stage(rank)))))
        .toList();
  }

  /** What is certain to be there, of a rank that has {@code plan}. */
  private static long least(MemoryPlan plan) {
    return held(plan) + (long) (CERTAIN_ACTIVATIONS * plan.activations());
  }

  private boolean talks() {
    return parallel.mesh().ranksPerReplica() > 1 || replicas.mode() == Mode.SYNCHRONOUS;
  }

  private RunMemory ofWholeReplicas(int numReplicas) {
    long parameters = model.numParameters() * Float.BYTES;
    long moments = training.optimizer().numMoments() * parameters;
    MemoryPlan rank = ofPart(PartLayout.whole(model.placements()), 1);
    boolean keeps = replicas.innerState() == InnerState.KEEP;
    long update = replicas.pseudoGradients().encodedBytes(model.numParameters());
    // To form a difference, a replica keeps the parameters that it began with.
    long begunWith = PseudoGradientCodec.of(replicas).sendsDifference() ? parameters : 0;
    // In the first round, moments are zero and not spelled out.
    boolean comesWithMoments = keeps && training.steps() > replicas.localSteps();
    long held = begunWith + (comesWithMoments ? moments : 0);
    long task =
        switch (replicas.innerState()) {
          case KEEP -> held + moments + parameters;
          case AVERAGE -> held + 2 * moments + parameters;
          case RESET -> held + Math.max(moments, parameters);
        };
    return RunMemory.onHost(
        numReplicas,
        numReplicas,
        rank,
        least(rank),
        task,
        held,
        firstShards(),
        shards() + numReplicas * heldOutcome(moments, update));
  }

  /** What Spark holds of a replica's outcome: to go on from, or until its round is there. */
  private long heldOutcome(long moments, long update) {
    return switch (replicas.innerState()) {
      case KEEP -> moments + update;
      case AVERAGE -> replicas.asynchronous() ? moments + update : 0;
      case RESET -> replicas.asynchronous() ? update : 0;
    };
  }

  /** Ranks of a group share a model, so that on average one holds that part of it. */
  private RunMemory ofGroups(Mesh mesh) {
    PipelineSchedule schedule = parallel.pipelineSchedule();
    GroupLayout layout =
        new GroupLayout(model, mesh, StageBalance.cut(pieceCosts(), schedule.numStages()));
    List<PartLayout> parts = layout.parts();
    // Where rows do not divide, the last slice has the most; what is on one slice, is on the first.
    MemoryPlan rank =
        IntStream.range(0, parts.size())
            .filter(number -> mesh.slice(number) == 0 || isLastSlice(mesh, number))
            .mapToObj(number -> ofPart(parts.get(number), numPasses(schedule, mesh.stage(number))))
            .max(Comparator.comparingLong(MemoryPlan::total))
            .orElseThrow();
    MemoryPlan whole = ofPart(PartLayout.whole(model.placements()), 1);
    boolean tells = replicas.innerState() != InnerState.RESET;
    long part = whole.parameters() / mesh.ranksPerReplica();
    return RunMemory.onHost(
        mesh.numRanks(),
        replicas.mode() == Mode.SYNCHRONOUS ? mesh.ranksPerReplica() : mesh.numRanks(),
        rank,
        held(whole) / mesh.ranksPerReplica(),
        part * (1 + (tells ? training.optimizer().numMoments() : 0)),
        0,
        Math.max(firstShards(), parallel.pipelineParallel() > 1 ? measuredPiece() : 0),
        shards());
  }

  /** All that is as large as the parameters. */
  private static long held(MemoryPlan plan) {
    return plan.parameters() + plan.gradients() + plan.moments() + plan.copies();
  }

  /** All shards of the state, which the task that draws the parameters cuts at once. */
  private long firstShards() {
    boolean hasVelocity = OuterOptimizer.of(replicas.outer()).hasVelocity();
    return model.numParameters() * Float.BYTES * (hasVelocity ? 2 : 1);
  }

  private long shards() {
    boolean averages =
        replicas.innerState() == InnerState.AVERAGE
            || (talks() && replicas.innerState() == InnerState.KEEP);
    long moments = averages ? training.optimizer().numMoments() : 0;
    return firstShards() + moments * model.numParameters() * Float.BYTES;
  }

  /** {@link PieceTimer} fills the parameters of a piece from an array of doubles. */
  private long measuredPiece() {
    ModelLayout layout = model.placements();
    return IntStream.range(0, layout.numPieces())
            .mapToLong(
                piece ->
                    new PartLayout(layout, List.of(new PieceRange(piece, piece + 1)), 0, 1)
                        .numParameters())
            .max()
            .orElseThrow()
        * Double.BYTES;
  }

  private static boolean isLastSlice(Mesh mesh, int rank) {
    return mesh.slice(rank) == mesh.tensorParallel() - 1;
  }

  private MemoryPlan ofPart(PartLayout part, int numPasses) {
    int length = model.contextLength();
    int targetLength = length;
    if (objective instanceof SpanCorruption spans) {
      SpanCorruption.Lengths lengths =
          SpanCorruption.lengths(spans.inputLength(), spans.noiseDensity(), spans.meanSpanLength());
      length = lengths.inputLength();
      targetLength = lengths.targetLength();
    }
    return MemoryPlan.ofPart(
        model,
        part,
        numPasses,
        training.optimizer(),
        training.compute(parallel.microBatches()),
        training.batchSize(),
        length,
        targetLength,
        isOnGpus() ? Backend.GPU_LOGIT_BYTES : Backend.CPU_LOGIT_BYTES);
  }

  /**
   * Passes of a rank that have memory of their own: the most that are on their way, and the last
   * that has gone back, whose gradient is still being sent.
   */
  private static int numPasses(PipelineSchedule schedule, int stage) {
    List<Action> actions = schedule.actions().get(stage);
    int underway = 0;
    int most = 0;
    for (Action action : actions) {
      underway +=
          switch (action.kind()) {
            case FORWARD -> 1;
            case BACKWARD -> -1;
          };
      most = Math.max(most, underway);
    }
    return Math.min(most + 1, actions.size() / 2);
  }

  /**
   * What the pieces cost about, before they are measured: as much as the matrices that a token is
   * multiplied with. Of the vocabulary's, that is the one in the head.
   */
  public List<Double> pieceCosts() {
    ModelLayout layout = model.placements();
    double[] costs = new double[layout.numPieces()];
    for (Placement placement : layout.placements()) {
      boolean isVocabulary = placement.slice().shape().get(0) == model.vocabSize();
      for (int piece : placement.pieces()) {
        if (!isVocabulary || piece == layout.numPieces() - 1) {
          costs[piece] += placement.slice().numElements();
        }
      }
    }
    return Arrays.stream(costs).boxed().toList();
  }
}

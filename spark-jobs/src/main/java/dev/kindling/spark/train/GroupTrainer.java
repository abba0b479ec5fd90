package dev.kindling.spark.train;

import dev.kindling.model.arch.LossScale;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Tensor;
import dev.kindling.model.train.LocalTrainer.Gradient;
import dev.kindling.model.train.ModelPart;
import dev.kindling.model.train.StepPosition;
import dev.kindling.spark.communicate.Communicator;
import dev.kindling.spark.parallel.Mesh;
import dev.kindling.spark.train.timeline.Activity;
import dev.kindling.spark.train.timeline.TaskClock;
import dev.kindling.spark.train.timeline.TaskTimes;
import java.util.List;

/**
 * One rank of a group: runs its part of every step, together with the others. All ranks come to the
 * same loss and the same norm, and so decide alike.
 */
final class GroupTrainer implements AutoCloseable {
  private final GroupSpec spec;
  private final ModelPart part;
  private final RankGroups groups;
  private final Communicator replicas;
  private final Communicator deciders;
  private final TaskClock clock;
  private final GradientSum gradients;
  private final PipelineRank pipeline;
  private long agreedNanos;
  private final OffHeapMemory memory = OffHeapMemory.allocate(DType.F64, 2);
  private final Tensor exchanged = memory.tensor(0, DType.F64, 2);

  GroupTrainer(GroupSpec spec, ModelPart part, RankGroups groups, TaskClock clock) {
    this.spec = spec;
    this.part = part;
    this.groups = groups;
    this.replicas = spec.isSynchronous() ? groups.data() : alone(groups);
    this.deciders = spec.isSynchronous() ? groups.world() : groups.replica();
    this.clock = clock;
    this.gradients = new GradientSum(part, groups, replicas, clock);
    this.pipeline = new PipelineRank(spec.schedule(), part, groups.pipeline(), gradients, clock);
  }

  private static Communicator alone(RankGroups groups) {
    return groups.world().subgroup(List.of(groups.world().rank()));
  }

  /**
   * Forward and backward of all ranks; nothing is updated.
   *
   * @param batch of this rank's replica
   * @return the same on all ranks that step together
   */
  Gradient computeGradient(Batch batch, StepPosition position) {
    LossScale scale = scale(batch);
    part.beginStep();
    gradients.begin();
    double loss = pipeline.run(batch, position, scale);
    gradients.finish();
    double[] sums = decide(loss);
    agreedNanos = System.nanoTime();
    return new Gradient(sums[0], Math.sqrt(sums[1]));
  }

  /** When the passes of the last step were, see {@link TaskTimes#passes}; none without pipeline. */
  double[] lastPasses() {
    return spec.mesh().pipelineParallel() > 1 ? pipeline.lastPasses(agreedNanos) : new double[0];
  }

  /** What one loss weighs in the mean over the batches of all replicas that step together. */
  private LossScale scale(Batch batch) {
    LossScale own = LossScale.of(batch);
    if (replicas.size() == 1) {
      return own;
    }
    double numPairs = own.sentencePair() == 0 ? 0 : 1 / own.sentencePair();
    double[] counts = summed(replicas, Activity.ALL_REDUCE, 1 / own.target(), numPairs);
    return new LossScale(1 / counts[0], counts[1] == 0 ? 0 : 1 / counts[1]);
  }

  /**
   * The loss, which one slice of the last stages tells, and the squared norm, told part by part.
   */
  private double[] decide(double loss) {
    Mesh mesh = spec.mesh();
    int rank = groups.world().rank();
    boolean tellsNorm = !spec.isSynchronous() || mesh.replica(rank) == 0;
    // Who is done with the last pass waits here for the other stages.
    Activity wait = mesh.pipelineParallel() > 1 ? Activity.WAIT_FOR_STAGES : Activity.ALL_REDUCE;
    return summed(
        deciders,
        wait,
        mesh.slice(rank) == 0 ? loss : 0,
        tellsNorm ? part.squaredGradientNorm() : 0);
  }

  private double[] summed(Communicator group, Activity activity, double first, double second) {
    exchanged.setDoubles(new double[] {first, second});
    Activity before = clock.switchTo(activity);
    group.allReduceSumInPlace(exchanged);
    clock.switchTo(before);
    return exchanged.toDoubles();
  }

  @Override
  public void close() {
    replicas.close();
    memory.close();
  }
}

package dev.kindling.spark.sweep.simulate;

import dev.kindling.spark.config.DataParallelismConfig;
import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import dev.kindling.spark.config.DataParallelismConfig.Mode;
import dev.kindling.spark.config.DataParallelismConfig.PseudoGradients;
import dev.kindling.spark.config.ParallelConfig;
import dev.kindling.spark.parallel.Mesh;

/**
 * One way to train: every rank on an executor of its own.
 *
 * @param parallel the mesh, and the schedule of its pipelines
 * @param replicas how they stay one model
 * @param batchSize sequences of a replica in a step
 */
public record Candidate(ParallelConfig parallel, DataParallelismConfig replicas, int batchSize) {

  /** W. */
  public int numExecutors() {
    return mesh().numRanks();
  }

  Mesh mesh() {
    return parallel.mesh();
  }

  boolean isSynchronous() {
    return replicas.mode() == Mode.SYNCHRONOUS;
  }

  /** Whether ranks talk to each other within a step. */
  boolean talks() {
    return isSynchronous() || mesh().ranksPerReplica() > 1;
  }

  /** Whether another differs in nothing but schedule, micro-batches and pseudo-gradients. */
  boolean isLike(Candidate other) {
    return mesh().equals(other.mesh()) && replicas.mode() == other.replicas.mode();
  }

  /** One of the replicas alone. */
  Candidate ofOneReplica() {
    ParallelConfig one =
        new ParallelConfig(
            1,
            parallel.pipelineParallel(),
            parallel.tensorParallel(),
            parallel.microBatches(),
            parallel.schedule(),
            parallel.virtualStages(),
            parallel.timeoutSeconds());
    return new Candidate(one, replicas, batchSize);
  }

  /** {@code averaging, 8 × 1 × 1, bf16}. */
  public String describe() {
    Mesh mesh = mesh();
    String how =
        replicas.mode()
            + ", "
            + mesh.dataParallel()
            + " × "
            + mesh.pipelineParallel()
            + " × "
            + mesh.tensorParallel();
    if (!talks() && replicas.pseudoGradients() != PseudoGradients.F32) {
      how += ", " + replicas.pseudoGradients();
    }
    if (mesh.pipelineParallel() > 1) {
      how += ", " + parallel.schedule();
    }
    return parallel.microBatches() > 1
        ? how + ", " + parallel.microBatches() + " micro-batches"
        : how;
  }

  /** The same replicas with another way to stay one model; neither elastic nor asynchronous. */
  static DataParallelismConfig variant(
      DataParallelismConfig given, Mode mode, InnerState innerState, PseudoGradients sent) {
    return new DataParallelismConfig(
        mode, given.localSteps(), given.outer(), innerState, sent, false, false, given.lateAfter());
  }
}

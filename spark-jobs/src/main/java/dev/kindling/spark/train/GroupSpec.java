package dev.kindling.spark.train;

import dev.kindling.model.optim.OptimizerConfig;
import dev.kindling.model.train.ComputeOptions;
import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import dev.kindling.spark.config.TrainingConfig.OnNonFinite;
import dev.kindling.spark.parallel.Mesh;
import dev.kindling.spark.parallel.ShardLayout;
import dev.kindling.spark.parallel.schedule.PipelineSchedule;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * What the ranks of a group round are told; the same in every round.
 *
 * @param optimizer the inner optimiser
 * @param compute how a step is computed
 * @param backend the kernels' name, resolved: never {@code auto}
 * @param leastOnGpus bytes that tensors take of a GPU in any case, by the rank's number in its
 *     replica; empty where they lie on the host
 * @param onNonFinite what becomes of a step that cannot be taken
 * @param innerState what becomes of the moments between rounds
 * @param shards how the state is cut between rounds
 * @param layout how ranks share the model
 * @param schedule what the ranks of a pipeline do in a step
 * @param isSynchronous whether replicas sum up their gradients in every step
 * @param data where tokens come from, in which order
 * @param timeout of every wait for another rank
 */
record GroupSpec(
    OptimizerConfig optimizer,
    ComputeOptions compute,
    String backend,
    List<Long> leastOnGpus,
    OnNonFinite onNonFinite,
    InnerState innerState,
    ShardLayout shards,
    GroupLayout layout,
    PipelineSchedule schedule,
    boolean isSynchronous,
    DataOrder data,
    Duration timeout)
    implements Serializable {
  /** Keeps an unmodifiable copy. */
  GroupSpec {
    leastOnGpus = List.copyOf(leastOnGpus);
  }

  Mesh mesh() {
    return layout.mesh();
  }

  /** Bytes that tensors of a rank take of its GPU in any case. */
  long leastOnGpu(int rank) {
    return leastOnGpus.isEmpty() ? 0 : leastOnGpus.get(rank % mesh().ranksPerReplica());
  }

  /** Whether a rank's state after a round is one of those that make the next state. */
  boolean contributes(int replica) {
    return !isSynchronous || replica == 0;
  }

  /** Replicas whose states make the next state. */
  int numContributors() {
    return isSynchronous ? 1 : mesh().dataParallel();
  }
}

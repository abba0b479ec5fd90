package dev.kindling.spark.train;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.optim.OptimizerConfig;
import dev.kindling.model.train.ComputeOptions;
import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import dev.kindling.spark.config.TrainingConfig.OnNonFinite;
import dev.kindling.spark.parallel.ShardLayout;
import java.io.Serializable;

/**
 * What a replica's task is told; the same in every round.
 *
 * @param model the resolved shape
 * @param optimizer the inner optimiser
 * @param compute how a step is computed
 * @param backend the kernels' name, resolved: never {@code auto}
 * @param leastOnGpu bytes that tensors take of a GPU in any case; 0 where they lie on the host
 * @param onNonFinite what becomes of a step that cannot be taken
 * @param innerState what becomes of the moments between rounds
 * @param codec how it sends what it has learned
 * @param layout how the parameters are cut
 * @param data where tokens come from, in which order
 */
record ReplicaSpec(
    ArchitectureConfig model,
    OptimizerConfig optimizer,
    ComputeOptions compute,
    String backend,
    long leastOnGpu,
    OnNonFinite onNonFinite,
    InnerState innerState,
    PseudoGradientCodec codec,
    ShardLayout layout,
    DataOrder data)
    implements Serializable {}

package dev.kindling.spark.train;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.optim.AdamWConfig;
import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import dev.kindling.spark.parallel.ShardLayout;
import java.io.Serializable;

/**
 * What a replica's task is told; the same in every round.
 *
 * @param model the resolved shape
 * @param optimizer the inner optimiser
 * @param backend the kernels' name, resolved: never {@code auto}
 * @param innerState what becomes of the moments between rounds
 * @param layout how the parameters are cut
 * @param data where tokens come from, in which order
 */
record ReplicaSpec(
    GptConfig model,
    AdamWConfig optimizer,
    String backend,
    InnerState innerState,
    ShardLayout layout,
    DataOrder data)
    implements Serializable {}

package dev.kindling.spark.train;

import dev.kindling.spark.parallel.ParameterShard;
import dev.kindling.spark.train.timeline.TaskTimes;
import java.io.Serializable;

/**
 * Everything that one shard's task produces in one round.
 *
 * @param shard the shard after the outer step
 * @param reports all replicas' reports, by replica; empty for every shard but the first
 * @param bytesReduced payload that it received
 * @param times of the task
 */
// The arrays are payload of records that are never compared.
@SuppressWarnings("ArrayRecordComponent")
record ShardOutcome(
    ParameterShard shard, ReplicaReport[] reports, long bytesReduced, TaskTimes times)
    implements Serializable {

  /** What the driver gets of it. */
  ShardOutcome withoutParameters() {
    byte[] none = new byte[0];
    return new ShardOutcome(
        new ParameterShard(shard.shard(), none, none, none, none), reports, bytesReduced, times);
  }
}

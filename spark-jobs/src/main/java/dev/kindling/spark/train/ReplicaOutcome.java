package dev.kindling.spark.train;

import dev.kindling.spark.parallel.WorkerState;
import java.io.Serializable;

/**
 * Everything that one replica's task produces in one round.
 *
 * @param state what the replica keeps for the next round
 * @param contributions what it gives to every shard, by shard
 */
// The arrays are payload of records that are never compared.
@SuppressWarnings("ArrayRecordComponent")
record ReplicaOutcome(WorkerState state, Contribution[] contributions) implements Serializable {}

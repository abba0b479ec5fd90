package dev.kindling.spark.train;

import java.io.Serializable;

/**
 * What one replica adds to one shard at the end of a round: the unit of the reduce-scatter.
 *
 * <p>In F32 it carries θ_i and not the difference θ - θ_i: both have the same size, but the
 * difference rounded to F32 would lose bits of θ_i. The shard's task has θ and forms the
 * pseudo-gradient in double. In fewer bits it is the difference that is rounded, see {@link
 * PseudoGradientCodec}.
 *
 * @param report the replica's report; it travels with every shard, a few bytes beside the payload
 * @param update the replica's parameters as they are sent; empty if it failed
 * @param firstMoments empty unless inner state is averaged
 * @param secondMoments empty unless inner state is averaged
 */
// The arrays are payload of records that are never compared.
@SuppressWarnings("ArrayRecordComponent")
record Contribution(ReplicaReport report, byte[] update, byte[] firstMoments, byte[] secondMoments)
    implements Serializable {

  long numBytes() {
    return (long) update.length + firstMoments.length + secondMoments.length;
  }
}

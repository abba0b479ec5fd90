package dev.kindling.spark.train;

import java.io.Serializable;

/**
 * What one replica adds to one shard at the end of a round: the unit of the reduce-scatter.
 *
 * <p>It carries θ_i and not the difference θ - θ_i: both have the same size, but the difference
 * rounded to F32 would lose bits of θ_i. The shard's task has θ and forms the pseudo-gradient in
 * double.
 *
 * @param report the replica's report; it travels with every shard, a few bytes beside the payload
 * @param theta the replica's parameters, little-endian F32; empty if it failed
 * @param firstMoments empty unless inner state is averaged
 * @param secondMoments empty unless inner state is averaged
 */
// The arrays are payload of records that are never compared.
@SuppressWarnings("ArrayRecordComponent")
record Contribution(ReplicaReport report, byte[] theta, byte[] firstMoments, byte[] secondMoments)
    implements Serializable {

  long numBytes() {
    return (long) theta.length + firstMoments.length + secondMoments.length;
  }
}

package dev.kindling.spark.parallel;

import java.io.Serializable;

/**
 * One contiguous part of the global state: what the shards' RDD holds, one element per partition.
 * All vectors are little-endian F32 and belong to the same elements of the flat vector.
 *
 * @param shard the shard's number
 * @param theta the parameters
 * @param outerMomentum the outer optimiser's velocity; empty where its momentum is 0
 * @param firstMoments the replicas' averaged first moments; empty unless inner state is averaged
 * @param secondMoments the replicas' averaged second moments; empty unless inner state is averaged
 */
// The arrays are payload of records that are never compared.
@SuppressWarnings("ArrayRecordComponent")
public record ParameterShard(
    int shard, byte[] theta, byte[] outerMomentum, byte[] firstMoments, byte[] secondMoments)
    implements Serializable {

  /** What replicas need of the shard: everything but the outer optimiser's part. */
  public ParameterShard forReplica() {
    return new ParameterShard(shard, theta, new byte[0], firstMoments, secondMoments);
  }

  /** What evaluation needs of the shard. */
  public ParameterShard parametersOnly() {
    return new ParameterShard(shard, theta, new byte[0], new byte[0], new byte[0]);
  }

  /** The bytes of all vectors. */
  public long numBytes() {
    return (long) theta.length + outerMomentum.length + firstMoments.length + secondMoments.length;
  }
}

package dev.kindling.spark.parallel;

import java.io.Serializable;

/**
 * What a replica keeps to itself between rounds: the moments of its AdamW, little-endian F32 in the
 * layout of the flat parameters.
 *
 * @param replica the replica's number
 * @param firstMoments the running mean of the gradient; empty for zero
 * @param secondMoments the running mean of its square; empty for zero
 */
// The arrays are payload of records that are never compared.
@SuppressWarnings("ArrayRecordComponent")
public record WorkerState(int replica, byte[] firstMoments, byte[] secondMoments)
    implements Serializable {

  /** The state before the first step. */
  public static WorkerState fresh(int replica) {
    return new WorkerState(replica, new byte[0], new byte[0]);
  }

  /** The same moments as the state of another replica. */
  public WorkerState of(int otherReplica) {
    return new WorkerState(otherReplica, firstMoments, secondMoments);
  }

  /** Whether the moments are zero and not spelled out. */
  public boolean isFresh() {
    return firstMoments.length == 0;
  }
}

package dev.kindling.spark.train;

/**
 * One vector of a shard for every replica, put together from what the replica's ranks have of it.
 */
final class AssembledVectors {
  private final byte[][] byReplica;
  private final int numBytes;

  /**
   * @param numBytes of the shard's vector
   */
  AssembledVectors(int numReplicas, int numBytes) {
    this.byReplica = new byte[numReplicas][0];
    this.numBytes = numBytes;
  }

  /** Puts what a rank has in its place; a rank may have nothing of a shard. */
  void place(int replica, byte[] extracted, ShardRuns runs) {
    if (extracted.length > 0) {
      if (byReplica[replica].length == 0) {
        byReplica[replica] = new byte[numBytes];
      }
      runs.place(extracted, byReplica[replica]);
    }
  }

  /** By replica; empty where no rank has told anything. */
  byte[][] byReplica() {
    return byReplica;
  }
}

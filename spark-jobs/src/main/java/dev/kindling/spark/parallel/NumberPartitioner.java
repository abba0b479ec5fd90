package dev.kindling.spark.parallel;

import org.apache.spark.Partitioner;

/** Sends key {@code i} to partition {@code i}: keys are the numbers of replicas or shards. */
public final class NumberPartitioner extends Partitioner {
  private static final long serialVersionUID = 1L;

  private final int numPartitions;

  /**
   * @param numPartitions one more than the largest key
   */
  public NumberPartitioner(int numPartitions) {
    this.numPartitions = numPartitions;
  }

  @Override
  public int numPartitions() {
    return numPartitions;
  }

  @Override
  public int getPartition(Object key) {
    return (Integer) key;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NumberPartitioner that && that.numPartitions == numPartitions;
  }

  @Override
  public int hashCode() {
    return numPartitions;
  }
}

package dev.kindling.spark.parallel;

import java.io.Serializable;

/**
 * The cut of a flat vector of F32 into contiguous shards of nearly equal length; the first shards
 * are one element longer where the division leaves a remainder.
 *
 * @param numElements P, the length of the vector
 * @param numShards S, at most P
 */
public record ShardLayout(long numElements, int numShards) implements Serializable {
  /** Bytes of one element. */
  public static final int ELEMENT_BYTES = Float.BYTES;

  /** A shard is one Spark record: large enough for bulk copies, small enough to stream. */
  private static final long MAX_DERIVED_SHARD_BYTES = 16L << 20;

  /**
   * Checks the cut.
   *
   * @throws IllegalArgumentException if there are no elements, more shards than elements, or a
   *     shard would not fit into one array
   */
  public ShardLayout {
    if (numElements < 1 || numShards < 1 || numShards > numElements) {
      throw new IllegalArgumentException(
          numElements
              + " elements cannot be cut into "
              + numShards
              + " shards: there must be 1 shard or more, and no more shards than elements");
    }
    long longestBytes = (numElements + numShards - 1) / numShards * ELEMENT_BYTES;
    if (longestBytes > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException(
          numElements
              + " elements in "
              + numShards
              + " shards make shards of "
              + longestBytes
              + " bytes: more shards are needed for them to stay below 2 GiB");
    }
  }

  /** At least one shard for every one of {@code numTasks}, and none larger than 16 MiB. */
  public static ShardLayout derive(long numElements, int numTasks) {
    long bytes = Math.multiplyExact(numElements, (long) ELEMENT_BYTES);
    long bySize = (bytes + MAX_DERIVED_SHARD_BYTES - 1) / MAX_DERIVED_SHARD_BYTES;
    long shards = Math.min(numElements, Math.max(bySize, numTasks));
    return new ShardLayout(numElements, Math.toIntExact(shards));
  }

  /** The first element of a shard. */
  public long offset(int shard) {
    long base = numElements / numShards;
    return shard * base + Math.min(shard, numElements % numShards);
  }

  /** The elements of a shard. */
  public int length(int shard) {
    return Math.toIntExact(offset(shard + 1) - offset(shard));
  }

  /** The first byte of a shard in the vector. */
  public long byteOffset(int shard) {
    return offset(shard) * ELEMENT_BYTES;
  }

  /** The bytes of a shard. */
  public int byteLength(int shard) {
    return length(shard) * ELEMENT_BYTES;
  }

  /** The bytes of the whole vector. */
  public long numBytes() {
    return numElements * ELEMENT_BYTES;
  }
}

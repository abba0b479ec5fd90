package dev.kindling.data.shard;

import java.util.Arrays;
import org.apache.spark.Partitioner;

/**
 * Which task writes which documents. The order of the documents is cut into ranges of buckets (see
 * {@link PieceKey#bucket}) of at most shardTokens tokens; each range is one task. A single bucket
 * with more tokens than that is a range too, which its task cuts into several shards. All of it
 * depends on the documents alone and not on their partitions.
 */
final class ShardPlan extends Partitioner {
  private static final long serialVersionUID = 1L;

  private final int[][] rangeOfBucket = new int[Split.COUNT][PieceKey.NUM_BUCKETS];
  private final int numRanges;

  ShardPlan(TokenStatistics statistics, long shardTokens) {
    int range = -1;
    for (Split split : Split.values()) {
      int[] ranges = rangeOfBucket[split.code()];
      Arrays.fill(ranges, -1);
      long[] bucketTokens = statistics.bucketTokens(split);
      long inRange = Long.MAX_VALUE;
      for (int bucket = 0; bucket < ranges.length; bucket++) {
        if (bucketTokens[bucket] > 0) {
          boolean full = inRange > shardTokens - bucketTokens[bucket];
          inRange = full ? bucketTokens[bucket] : inRange + bucketTokens[bucket];
          range += full ? 1 : 0;
          ranges[bucket] = range;
        }
      }
    }
    numRanges = range + 1;
  }

  @Override
  public int numPartitions() {
    return numRanges;
  }

  @Override
  public int getPartition(Object key) {
    byte[] bytes = (byte[]) key;
    return rangeOfBucket[PieceKey.split(bytes).code()][PieceKey.bucket(bytes)];
  }
}

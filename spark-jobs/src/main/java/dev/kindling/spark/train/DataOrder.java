package dev.kindling.spark.train;

import dev.kindling.data.shard.SampleIndex;
import dev.kindling.data.shard.TokenSet;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Which tokens a replica sees in a step: a pure function of (seed, step, replica). Sample {@code j}
 * of a batch has the global number {@code (step * R + replica) * B + j}, and {@link SampleIndex}
 * maps numbers to windows of {@code T + 1} tokens.
 *
 * @param tokens the directory of the token shards
 * @param seed of the order
 * @param numReplicas R
 * @param batchSize B, sequences per replica and step
 * @param length T
 */
record DataOrder(String tokens, long seed, int numReplicas, int batchSize, int length)
    implements Serializable {

  /**
   * One replica's tokens in one step.
   *
   * @param inputs [B, T], row-major
   * @param targets [B, T]: the ids that follow
   * @param size B
   * @param length T
   */
  // The arrays are payload of a record that is never compared.
  @SuppressWarnings("ArrayRecordComponent")
  record Batch(int[] inputs, int[] targets, int size, int length) {}

  Reader open(Configuration hadoop) {
    return new Reader(this, TokenSet.open(hadoop, new Path(tokens), "train"));
  }

  /** Training tokens of one step, all replicas together. */
  long tokensPerStep() {
    return (long) numReplicas * batchSize * length;
  }

  /** Reads batches. */
  static final class Reader implements AutoCloseable {
    private final DataOrder order;
    private final TokenSet tokens;
    private final SampleIndex index;

    private Reader(DataOrder order, TokenSet tokens) {
      this.order = order;
      this.tokens = tokens;
      this.index = new SampleIndex(order.seed, tokens.numTokens(), order.length);
    }

    Batch read(long step, int replica) {
      int length = order.length;
      int[] inputs = new int[order.batchSize * length];
      int[] targets = new int[inputs.length];
      int[] window = new int[length + 1];
      long first = Math.multiplyExact(step * order.numReplicas + replica, (long) order.batchSize);
      for (int j = 0; j < order.batchSize; j++) {
        tokens.read(index.start(first + j), window, 0, window.length);
        System.arraycopy(window, 0, inputs, j * length, length);
        System.arraycopy(window, 1, targets, j * length, length);
      }
      return new Batch(inputs, targets, order.batchSize, length);
    }

    @Override
    public void close() {
      tokens.close();
    }
  }
}

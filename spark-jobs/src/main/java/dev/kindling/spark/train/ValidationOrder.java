package dev.kindling.spark.train;

import dev.kindling.data.shard.TokenSet;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.objective.CausalLanguageModelling;
import dev.kindling.model.objective.Objective;
import dev.kindling.model.objective.RawSample;
import dev.kindling.model.random.NoiseKey;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The validation split as batches of windows that lie side by side, of fixed composition. Where
 * samples have noise, it is that of an epoch which training does not have, whatever the run's seed:
 * so all measurements are of the same samples. The last window of a decoder may be shorter; other
 * objectives take whole windows only.
 *
 * @param tokens the directory of the token shards
 * @param objective what samples are made of the windows
 * @param batchSize windows per batch
 * @param numTokens tokens to measure: for a decoder those that are predicted, for others those that
 *     windows are cut from
 */
record ValidationOrder(String tokens, Objective objective, int batchSize, long numTokens)
    implements Serializable {
  private static final long SEED = 0;
  private static final long EPOCH = -1;

  /** Batches of the split. */
  long numBatches() {
    return (numWindows() + batchSize - 1) / batchSize;
  }

  private long numWindows() {
    int stride = RawWindows.stride(objective);
    return objective instanceof CausalLanguageModelling
        ? (numTokens + stride - 1) / stride
        : numTokens / stride;
  }

  Reader open(Configuration hadoop) {
    return new Reader(this, TokenSet.open(hadoop, new Path(tokens), "validation"));
  }

  /** Reads batches. */
  static final class Reader implements AutoCloseable {
    private final ValidationOrder order;
    private final TokenSet tokens;
    private final RawWindows windows;

    private Reader(ValidationOrder order, TokenSet tokens) {
      this.order = order;
      this.tokens = tokens;
      this.windows = new RawWindows(tokens, order.objective);
    }

    /**
     * Reads a batch.
     *
     * @param number from 0 to {@link #numBatches} - 1
     */
    Batch read(long number) {
      if (order.objective instanceof CausalLanguageModelling causal) {
        return readCausal(causal.contextLength(), number);
      }
      long first = number * order.batchSize;
      long end = Math.min(first + order.batchSize, order.numWindows());
      List<RawSample> samples = new ArrayList<>();
      for (long window = first; window < end; window++) {
        long start = window * RawWindows.stride(order.objective);
        samples.add(windows.read(start, new NoiseKey(SEED, EPOCH, window)));
      }
      return order.objective.batch(samples);
    }

    /** What lies behind the end is padding: it is computed and not counted. */
    private CausalBatch readCausal(int length, long number) {
      int[] inputs = new int[order.batchSize * length];
      int[] targets = new int[order.batchSize * length];
      Arrays.fill(targets, Batch.IGNORED);
      int[] window = new int[length + 1];
      for (int j = 0; j < order.batchSize; j++) {
        long start = (number * order.batchSize + j) * length;
        int counted = (int) Math.max(0, Math.min(length, order.numTokens - start));
        if (counted > 0) {
          tokens.read(start, window, 0, counted + 1);
          System.arraycopy(window, 0, inputs, j * length, counted);
          System.arraycopy(window, 1, targets, j * length, counted);
        }
      }
      return new CausalBatch(order.batchSize, length, inputs, targets);
    }

    @Override
    public void close() {
      tokens.close();
    }
  }
}

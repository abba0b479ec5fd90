package dev.kindling.spark.train;

import dev.kindling.data.shard.SampleIndex;
import dev.kindling.data.shard.TokenSet;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.objective.Objective;
import dev.kindling.model.objective.RawSample;
import dev.kindling.model.random.NoiseKey;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * What a replica sees in a step: a pure function of (seed, step, replica). Sample {@code j} of a
 * batch has the global number {@code (step * R + replica) * B + j}, {@link SampleIndex} maps
 * numbers to windows, and the objective draws the noise of a sample from (seed, epoch, number in
 * the epoch).
 *
 * @param tokens the directory of the token shards
 * @param seed of the order and of the noise
 * @param numReplicas R
 * @param batchSize B, sequences per replica and step
 * @param objective what samples are made of the windows
 */
record DataOrder(String tokens, long seed, int numReplicas, int batchSize, Objective objective)
    implements Serializable {

  Reader open(Configuration hadoop) {
    return new Reader(this, TokenSet.open(hadoop, new Path(tokens), "train"));
  }

  /** Tokens of text that one step is made of, all replicas together. */
  long tokensPerStep() {
    return (long) numReplicas * batchSize * RawWindows.stride(objective);
  }

  /** Reads batches. */
  static final class Reader implements AutoCloseable {
    private final DataOrder order;
    private final TokenSet tokens;
    private final RawWindows windows;
    private final SampleIndex index;

    private Reader(DataOrder order, TokenSet tokens) {
      this.order = order;
      this.tokens = tokens;
      this.windows = new RawWindows(tokens, order.objective);
      this.index =
          new SampleIndex(order.seed, tokens.numTokens(), RawWindows.stride(order.objective));
    }

    Batch read(long step, int replica) {
      long first = Math.multiplyExact(step * order.numReplicas + replica, (long) order.batchSize);
      List<RawSample> samples = new ArrayList<>();
      for (int j = 0; j < order.batchSize; j++) {
        samples.add(windows.read(index.start(first + j), noise(first + j)));
      }
      return order.objective.batch(samples);
    }

    private NoiseKey noise(long sample) {
      long epoch = index.epoch(sample);
      return new NoiseKey(order.seed, epoch, sample - epoch * index.samplesPerEpoch());
    }

    @Override
    public void close() {
      tokens.close();
    }
  }
}

package dev.kindling.spark.train;

import dev.kindling.data.shard.Mixture;
import dev.kindling.data.shard.MixtureOrder;
import dev.kindling.data.shard.SampleIndex;
import dev.kindling.data.shard.TokenSet;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.objective.Objective;
import dev.kindling.model.objective.RawSample;
import dev.kindling.model.random.CounterBasedRandom;
import dev.kindling.model.random.NoiseKey;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * What is learned from, in an order that is a pure function of (seed, sample): every sample has a
 * global number, and all replicas together take them one after the other ({@link RoundPlan} says
 * who takes which). {@link MixtureOrder} says from which part of a mixture a number is, {@link
 * SampleIndex} maps numbers to windows, and the objective draws the noise of a sample from (seed,
 * epoch, number in the epoch).
 *
 * @param tokens the directory of the token shards
 * @param seed of the order and of the noise
 * @param batchSize B, sequences per replica and step
 * @param objective what samples are made of the windows
 */
record DataOrder(String tokens, long seed, int batchSize, Objective objective)
    implements Serializable {

  Reader open(Configuration hadoop) {
    return new Reader(this, Mixture.of(hadoop, new Path(tokens)), hadoop);
  }

  /** Tokens of text that a step of {@code numReplicas} replicas is made of. */
  long tokensPerStep(int numReplicas) {
    return numTokens((long) numReplicas * batchSize);
  }

  /** Samples that so many tokens of text were made of: the number of the next one. */
  long numSamples(long numTokens) {
    return numTokens / RawWindows.stride(objective);
  }

  /** The reverse of {@link #numSamples}. */
  long numTokens(long numSamples) {
    return numSamples * RawWindows.stride(objective);
  }

  /** A part of the data, with an order, epochs and noise of its own. */
  private static final class Source {
    private final TokenSet tokens;
    private final RawWindows windows;
    private final SampleIndex index;
    private final long seed;

    Source(TokenSet tokens, Objective objective, long seed) {
      this.tokens = tokens;
      this.windows = new RawWindows(tokens, objective);
      this.index =
          tokens.packedLength() > 0
              ? SampleIndex.ofPacked(seed, tokens.numTokens(), tokens.packedLength())
              : new SampleIndex(seed, tokens.numTokens(), RawWindows.stride(objective));
      this.seed = seed;
    }

    RawSample read(long sample) {
      long epoch = index.epoch(sample);
      NoiseKey noise = new NoiseKey(seed, epoch, sample - epoch * index.samplesPerEpoch());
      return windows.read(index.start(sample), noise);
    }
  }

  /** Reads batches. */
  static final class Reader implements AutoCloseable {
    private final DataOrder order;
    private final MixtureOrder mixture;
    private final List<Source> sources = new ArrayList<>();

    private Reader(DataOrder order, Mixture mixture, Configuration hadoop) {
      this.order = order;
      this.mixture = mixture.order();
      try {
        for (Mixture.Part part : mixture.parts()) {
          long seed = sources.isEmpty() ? order.seed : seedOf(order.seed, sources.size());
          TokenSet tokens = TokenSet.open(hadoop, new Path(part.path()), "train");
          sources.add(new Source(tokens, order.objective, seed));
        }
      } catch (RuntimeException e) {
        close();
        throw e;
      }
    }

    /** Parts of equal size must not go through their samples in step. */
    private static long seedOf(long seed, int part) {
      return CounterBasedRandom.key(seed, part);
    }

    /** The batch of the B samples from number {@code first} on. */
    Batch read(long first) {
      List<RawSample> samples = new ArrayList<>();
      for (long sample = first; sample < first + order.batchSize; sample++) {
        samples.add(sources.get(mixture.part(sample)).read(mixture.number(sample)));
      }
      return order.objective.batch(samples);
    }

    @Override
    public void close() {
      sources.forEach(source -> source.tokens.close());
    }
  }
}

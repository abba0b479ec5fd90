package dev.kindling.spark.ngram;

import dev.kindling.data.shard.TokenSet;
import dev.kindling.spark.parallel.HadoopSettings;
import java.io.Serializable;
import org.apache.hadoop.fs.Path;

/**
 * A split in ranges of tokens, each of which one task reads.
 *
 * @param hadoop the filesystem's settings
 * @param tokens the shards
 * @param split {@code train} or {@code validation}
 * @param order N
 * @param tokensPerRange of all ranges but the last
 * @param numTokens of the split
 */
record TokenRanges(
    HadoopSettings hadoop,
    NgramTokens tokens,
    String split,
    int order,
    long tokensPerRange,
    long numTokens)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  int number() {
    return Math.toIntExact((numTokens + tokensPerRange - 1) / tokensPerRange);
  }

  /** Opens the split, on any machine. */
  TokenSet open() {
    return TokenSet.open(hadoop.get(), new Path(tokens.directory()), split);
  }

  /** The n-grams of one range. */
  NgramWindows windows(TokenSet set, long range) {
    long start = range * tokensPerRange;
    long end = Math.min(start + tokensPerRange, numTokens);
    return new NgramWindows(set, tokens.endOfText(), order, start, end);
  }
}

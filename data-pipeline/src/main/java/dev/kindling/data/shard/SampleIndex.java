package dev.kindling.data.shard;

import dev.kindling.data.InvalidInputException;

/**
 * Which tokens the training samples are: sample number g, counted over all epochs, is a window of
 * contextLength + 1 tokens. A pure function of (seed, g, numTokens, contextLength) that takes O(1)
 * time and no memory, so that data order needs no index file, a run resumes at any sample, and the
 * number of workers does not matter.
 *
 * <p>In one epoch the windows lie side by side: each predicts contextLength tokens, no token is
 * predicted twice, and every window comes once, in an order that a keyed permutation gives. That is
 * a Feistel network (Luby and Rackoff 1988) over the next power of four, walked along its cycle
 * until it falls into range (Black and Rogaway 2002). Every epoch has its own permutation, and its
 * own phase: it lays the windows on other places, so that no token is always the first of its
 * window. For that room the last window of the grid is given up, where there are two or more.
 */
public final class SampleIndex {
  private static final int NUM_ROUNDS = 6;
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private final long seed;
  private final int contextLength;
  private final long samplesPerEpoch;
  private final long numPhases;
  private final int halfBits;

  /**
   * @param numTokens the tokens of the split
   * @param contextLength the tokens that a sample predicts
   * @throws InvalidInputException if there are not enough tokens for one window
   */
  public SampleIndex(long seed, long numTokens, int contextLength) {
    if (contextLength < 1 || numTokens < contextLength + 1L) {
      throw new InvalidInputException(
          numTokens + " tokens for windows of contextLength " + contextLength + " and one more",
          "at least as many tokens as one window has",
          "give more text, or a smaller model.contextLength");
    }
    this.seed = seed;
    this.contextLength = contextLength;
    long windows = (numTokens - 1) / contextLength;
    this.samplesPerEpoch = Math.max(windows - 1, 1);
    this.numPhases = numTokens - samplesPerEpoch * contextLength;
    this.halfBits = halfBits(samplesPerEpoch);
  }

  private SampleIndex(long seed, int sequenceLength, long numSequences) {
    this.seed = seed;
    this.contextLength = sequenceLength;
    this.samplesPerEpoch = numSequences;
    this.numPhases = 1;
    this.halfBits = halfBits(samplesPerEpoch);
  }

  /**
   * The order of packed sequences, one after the other, each of which is a sample as it is: they
   * have no phase.
   *
   * @param sequenceLength the tokens of a sequence
   * @throws InvalidInputException if the tokens are not whole sequences, at least one
   */
  public static SampleIndex ofPacked(long seed, long numTokens, int sequenceLength) {
    if (numTokens < sequenceLength || numTokens % sequenceLength != 0) {
      throw new InvalidInputException(
          numTokens + " tokens in packed sequences of " + sequenceLength,
          "whole sequences, at least one",
          "write the token shards again with `kindling tokenize`");
    }
    return new SampleIndex(seed, sequenceLength, numTokens / sequenceLength);
  }

  private static int halfBits(long numSamples) {
    int bits = Long.SIZE - Long.numberOfLeadingZeros(numSamples - 1);
    return Math.max((bits + 1) / 2, 1);
  }

  /** The windows of one epoch. */
  public long samplesPerEpoch() {
    return samplesPerEpoch;
  }

  /** The epoch that a sample is in, from 0. */
  public long epoch(long sample) {
    return sample / samplesPerEpoch;
  }

  /**
   * Where a sample's window starts.
   *
   * @param sample counted from 0 over all epochs
   * @return the position of its first token; the window ends within the split
   */
  public long start(long sample) {
    if (sample < 0) {
      throw new IllegalArgumentException("sample " + sample + " is negative");
    }
    long epoch = epoch(sample);
    long epochKey = mix(mix(seed) + (epoch + 1) * GOLDEN_GAMMA);
    long phase = Long.remainderUnsigned(epochKey, numPhases);
    return phase + permute(sample % samplesPerEpoch, epochKey) * contextLength;
  }

  private long permute(long index, long key) {
    long permuted = index;
    do {
      permuted = feistel(permuted, key);
    } while (permuted >= samplesPerEpoch);
    return permuted;
  }

  private long feistel(long value, long key) {
    long mask = (1L << halfBits) - 1;
    long left = value >>> halfBits;
    long right = value & mask;
    for (int round = 1; round <= NUM_ROUNDS; round++) {
      long mixed = mix(key + round * GOLDEN_GAMMA + mix(right)) & mask;
      long next = left ^ mixed;
      left = right;
      right = next;
    }
    return left << halfBits | right;
  }

  /** SplitMix64's finaliser (Steele, Lea and Flood 2014). */
  private static long mix(long value) {
    long mixed = value;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}

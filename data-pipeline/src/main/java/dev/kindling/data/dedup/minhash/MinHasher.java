package dev.kindling.data.dedup.minhash;

import dev.kindling.data.words.Hash64;

/**
 * The minima of a shingle set under b × r hash functions, banded (Broder 1997; Indyk and Motwani
 * 1998). Two sets agree in one minimum with the probability of their Jaccard similarity. The
 * functions are affine maps x → (a x + c) mod p with the Mersenne prime p = 2^61 - 1, applied to
 * the upper 61 bits of a shingle.
 */
final class MinHasher {
  /** The modulus of the hash functions. */
  static final long PRIME = (1L << 61) - 1;

  private static final long GOLDEN_RATIO = 0x9e3779b97f4a7c15L;

  private final int bands;
  private final int rows;
  private final long[] factors;
  private final long[] summands;

  MinHasher(MinHashConfig config) {
    bands = config.bands();
    rows = config.rows();
    factors = new long[config.numHashes()];
    summands = new long[config.numHashes()];
    long state = config.seed();
    for (int i = 0; i < factors.length; i++) {
      state += GOLDEN_RATIO;
      factors[i] = 1 + Long.remainderUnsigned(Hash64.mix(state), PRIME - 1);
      state += GOLDEN_RATIO;
      summands[i] = Long.remainderUnsigned(Hash64.mix(state), PRIME);
    }
  }

  /** The minimum of every hash function over a set with at least one shingle. */
  long[] signature(long[] shingles) {
    long[] minima = new long[factors.length];
    for (int i = 0; i < minima.length; i++) {
      minima[i] = minimum(shingles, factors[i], summands[i]);
    }
    return minima;
  }

  /**
   * One key for each band: a hash of the band's number and its minima. Keys of different bands
   * differ, so that a key alone names a bucket.
   */
  long[] bandKeys(long[] signature) {
    long[] keys = new long[bands];
    for (int band = 0; band < bands; band++) {
      long key = Hash64.mix(band + 1L);
      for (int row = 0; row < rows; row++) {
        key = Hash64.mix(key * GOLDEN_RATIO + signature[band * rows + row]);
      }
      keys[band] = key;
    }
    return keys;
  }

  private static long minimum(long[] shingles, long factor, long summand) {
    long minimum = Long.MAX_VALUE;
    for (long shingle : shingles) {
      minimum = Math.min(minimum, affine(shingle >>> 3, factor, summand));
    }
    return minimum;
  }

  /**
   * (factor × x + summand) mod p for x up to 2^61 - 1. Since 2^61 is 1 modulo p, the bits of the
   * product above the 61st are added to those below.
   */
  static long affine(long x, long factor, long summand) {
    long low = factor * x;
    long high = (Math.multiplyHigh(factor, x) << 3) | (low >>> 61);
    long sum = (low & PRIME) + high + summand;
    long folded = (sum & PRIME) + (sum >>> 61);
    return folded >= PRIME ? folded - PRIME : folded;
  }
}

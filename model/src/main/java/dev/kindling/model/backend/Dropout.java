package dev.kindling.model.backend;

import dev.kindling.model.random.CounterBasedRandom;

/**
 * Which elements of a tensor one dropout (Srivastava et al. 2014) keeps. The choice is a pure
 * function of (key, sample, element in the sample): no mask is stored, backward draws the same one
 * again, and neither threads, nor tiles, nor how a batch is cut change it.
 *
 * @param rate the probability of an element to become 0; those that stay are multiplied by 1 / (1 -
 *     rate)
 * @param key of the step and of the place in the model
 * @param firstSample the number of the tensor's first sample
 * @param elementsPerSample elements of one sample: the tensor is samples × this
 * @param columns which columns of a wider tensor these are, so that slices of it drop what the
 *     whole would
 */
public record Dropout(
    double rate, long key, long firstSample, long elementsPerSample, Columns columns) {
  private static final int GOLDEN_GAMMA_32 = 0x9E3779B9;

  /**
   * A range of the columns of a tensor, which is all that is here.
   *
   * @param count columns that are here; divides the elements of a sample
   * @param whole columns of the whole tensor
   * @param first the first that is here
   */
  public record Columns(long count, long whole, long first) {
    /** How many elements of a sample of {@code size} follow each other in the whole, too. */
    public long run(long size) {
      return count == whole ? size : count;
    }
  }

  /** Dropout of a whole tensor. */
  public Dropout(double rate, long key, long firstSample, long elementsPerSample) {
    this(
        rate,
        key,
        firstSample,
        elementsPerSample,
        new Columns(elementsPerSample, elementsPerSample, 0));
  }

  /**
   * Checks the rate.
   *
   * @throws IllegalArgumentException if it is not from 0 to below 1
   */
  public Dropout {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException(
          "The dropout rate is " + rate + ": expected 0 (none) or more, and less than 1");
    }
  }

  /** What elements that stay are multiplied by. */
  public float scale() {
    return (float) (1 / (1 - rate));
  }

  /** The lowest {@link #hash} that stays, as a signed number. */
  public int threshold() {
    return (int) Math.min(Integer.MAX_VALUE, Math.round(rate * 0x1p32 + Integer.MIN_VALUE));
  }

  /** The number in the whole sample of an element that is here, for {@link #hash}. */
  public int number(long element) {
    long row = element / columns.count();
    return (int) (row * columns.whole() + columns.first() + element % columns.count());
  }

  /**
   * The key of one sample, for {@link #hash}.
   *
   * @param sample counted from the tensor's first one
   */
  public long sampleKey(long sample) {
    return CounterBasedRandom.bits(key, firstSample + sample);
  }

  /**
   * 32 random bits of one element (the finaliser of MurmurHash3, Appleby 2011, over a Weyl
   * sequence): the element stays where they are {@link #threshold()} or more.
   *
   * @param low the lower half of the sample's key
   * @param high the upper half of the sample's key
   * @param element its {@link #number}
   */
  public static int hash(int low, int high, int element) {
    int h = element * GOLDEN_GAMMA_32 + low;
    h = (h ^ (h >>> 16)) * 0x85EBCA6B;
    h = (h ^ (h >>> 13) ^ high) * 0xC2B2AE35;
    return h ^ (h >>> 16);
  }
}

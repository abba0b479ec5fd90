package dev.kindling.model.random;

/**
 * Random numbers without a state: each is a function of a key and a counter, so it depends neither
 * on threads, nor on order, nor on what else was drawn. SplitMix64 (Steele, Lea and Flood 2014),
 * entered at any place of its sequence. All methods give the same bits on every machine.
 */
public final class CounterBasedRandom {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private CounterBasedRandom() {}

  /** SplitMix64's finaliser: a bijection in which every bit depends on all others. 0 stays 0. */
  public static long mix(long bits) {
    long mixed = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }

  /**
   * One key of several parts, such as a seed, a step and a sample; their order and number matter.
   * Keys that differ in the last part only are never equal. Draw from the whole key only, not also
   * from its beginning: {@code key(a, b + 1)} is {@code bits(key(a), b)}.
   *
   * @throws IllegalArgumentException if there is no part
   */
  public static long key(long... parts) {
    if (parts.length == 0) {
      throw new IllegalArgumentException(
          "A key of 0 parts was asked for: expected 1 or more, such as a seed and a sample");
    }
    long key = mix(parts[0] + GOLDEN_GAMMA);
    for (int i = 1; i < parts.length; i++) {
      key = mix(key + parts[i] * GOLDEN_GAMMA);
    }
    return key;
  }

  /**
   * 64 random bits: those that SplitMix64 seeded with the key gives after {@code counter} others.
   */
  public static long bits(long key, long counter) {
    return mix(key + (counter + 1) * GOLDEN_GAMMA);
  }

  /** From 0 (inclusive) to 1 (exclusive), a multiple of 2⁻⁵³. */
  public static double uniform(long key, long counter) {
    return toUniform(bits(key, counter));
  }

  /** The upper 53 of these bits as a number from 0 (inclusive) to 1 (exclusive). */
  public static double toUniform(long bits) {
    return (bits >>> 11) * 0x1p-53;
  }
}

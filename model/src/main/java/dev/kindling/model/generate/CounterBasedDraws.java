package dev.kindling.model.generate;

/**
 * Random numbers without a state: each is a function of where it is used, so that a text does not
 * depend on what else was generated, or where. Made of SplitMix64's finaliser (Steele, Lea and
 * Flood 2014), once per key.
 */
final class CounterBasedDraws {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private CounterBasedDraws() {}

  /** A number from 0 (inclusive) to 1 (exclusive), a multiple of 2⁻⁵³. */
  static double uniform(long seed, long sample, long position) {
    long bits =
        mix(mix(mix(seed + GOLDEN_GAMMA) + sample * GOLDEN_GAMMA) + position * GOLDEN_GAMMA);
    return (bits >>> 11) * 0x1.0p-53;
  }

  private static long mix(long value) {
    long z = value;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}

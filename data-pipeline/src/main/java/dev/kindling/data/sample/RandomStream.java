package dev.kindling.data.sample;

/**
 * Counter-based random numbers (SplitMix64; Steele, Lea and Flood 2014): the stream is a function
 * of its keys alone, so document 7 can be written again without documents 0 to 6.
 */
final class RandomStream {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  /** The stream of these keys, for instance a seed, a document and a purpose. */
  RandomStream(long... keys) {
    long mixed = 0;
    for (long key : keys) {
      mixed = mix(mixed + GOLDEN_GAMMA + mix(key + GOLDEN_GAMMA));
    }
    state = mixed;
  }

  long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /** Uniform in [0, 1). */
  double nextDouble() {
    return (nextLong() >>> 11) * 0x1.0p-53;
  }

  /** Uniform in [0, bound). */
  int nextInt(int bound) {
    return (int) (nextDouble() * bound);
  }

  /** Uniform in [min, max]. */
  int nextInt(int min, int max) {
    return min + nextInt(max - min + 1);
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}

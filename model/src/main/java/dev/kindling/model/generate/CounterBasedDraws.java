package dev.kindling.model.generate;

import dev.kindling.model.random.CounterBasedRandom;

/**
 * Random numbers without a state: each is a function of where it is used, so that a text does not
 * depend on what else was generated, or where.
 */
final class CounterBasedDraws {
  private CounterBasedDraws() {}

  /** A number from 0 (inclusive) to 1 (exclusive), a multiple of 2⁻⁵³. */
  static double uniform(long seed, long sample, long position) {
    return CounterBasedRandom.toUniform(CounterBasedRandom.key(seed, sample, position));
  }
}

package dev.kindling.model.train;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.nn.DecoderCache;

/**
 * What inference with a cache is asked to compute is checked here, because kernels do not; all of
 * it with an {@link IllegalArgumentException}.
 */
record InferenceChecks(ArchitectureConfig config) {
  void requireCacheSize(int numSequences, int capacity) {
    if (numSequences < 1 || capacity < 1 || capacity > config.contextLength()) {
      throw new IllegalArgumentException(
          "A cache for "
              + numSequences
              + " sequences of "
              + capacity
              + " tokens was asked for: expected 1 sequence or more, and from 1 token to the context"
              + " length "
              + config.contextLength());
    }
  }

  static void requireRoom(int numNew, DecoderCache cache) {
    for (int length : cache.lengths()) {
      if (length + numNew > cache.capacity()) {
        throw noRoom(length, numNew, cache);
      }
      if (length > 0 && numNew > 1) {
        throw new IllegalArgumentException(
            numNew
                + " tokens were given to a sequence of "
                + length
                + ": expected one at a time behind the first");
      }
    }
  }

  /** Checks that tokens without their padding fit behind what a cache has. */
  static void requireRoom(int[] numTokens, DecoderCache cache) {
    int[] lengths = cache.lengths();
    for (int i = 0; i < lengths.length; i++) {
      if (lengths[i] + numTokens[i] > cache.capacity()) {
        throw noRoom(lengths[i], numTokens[i], cache);
      }
    }
  }

  private static IllegalArgumentException noRoom(int length, int numNew, DecoderCache cache) {
    return new IllegalArgumentException(
        "A sequence of "
            + length
            + " tokens was to grow by "
            + numNew
            + ", but its cache has room for "
            + cache.capacity()
            + ": expected a cache of a larger capacity");
  }
}

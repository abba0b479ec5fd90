package dev.kindling.model.objective;

import dev.kindling.model.random.NoiseKey;
import java.util.List;

/** The checks that all objectives share. */
final class Checks {
  private Checks() {}

  static void requireAtLeast(String name, int value, int lowest) {
    if (value < lowest) {
      throw new IllegalArgumentException(
          name + " is " + value + ": it must be " + lowest + " or more");
    }
  }

  static void requireShare(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " is " + value + ": expected a share from 0 to 1");
    }
  }

  static void requireSamples(List<RawSample> samples) {
    if (samples.isEmpty()) {
      throw new IllegalArgumentException("A batch of 0 samples was asked for: expected 1 or more");
    }
  }

  static void requireNumTokens(RawSample sample, int lowest, int highest) {
    int numTokens = sample.tokens().length;
    if (numTokens < lowest || numTokens > highest) {
      throw new IllegalArgumentException(
          name(sample.noise())
              + " has "
              + numTokens
              + " tokens: expected "
              + expected(lowest, highest)
              + ", see Objective.rawTokens()");
    }
  }

  private static String expected(int lowest, int highest) {
    if (lowest == highest) {
      return "exactly " + lowest;
    }
    return highest == Integer.MAX_VALUE ? lowest + " or more" : lowest + " to " + highest;
  }

  static void requireOrdinary(NoiseKey noise, int[] tokens, int numOrdinary) {
    for (int i = 0; i < tokens.length; i++) {
      if (tokens[i] < 0 || tokens[i] >= numOrdinary) {
        throw new IllegalArgumentException(
            name(noise)
                + " has the token "
                + tokens[i]
                + " at "
                + i
                + ": expected 0 to "
                + (numOrdinary - 1)
                + ", the ordinary vocabulary; does the tokenizer have more tokens, or are these"
                + " special tokens already?");
      }
    }
  }

  private static String name(NoiseKey noise) {
    return "Sample " + noise.index() + " of epoch " + noise.epoch();
  }
}

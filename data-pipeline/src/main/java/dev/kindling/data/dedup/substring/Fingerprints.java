package dev.kindling.data.dedup.substring;

import java.util.stream.LongStream;

/** The fingerprints of a text's windows. */
final class Fingerprints {
  private Fingerprints() {}

  /**
   * The fingerprints of a text.
   *
   * @param numTokens the tokens in a window
   * @return in ascending order; each once, or twice where two windows of the text itself may be
   *     equal
   */
  static long[] of(String text, int numTokens) {
    LongStream.Builder found = LongStream.builder();
    WindowRuns runs = new WindowRuns(text, numTokens);
    while (runs.next()) {
      found.add(runs.fingerprint());
      if (runs.severalMinima()) {
        found.add(runs.fingerprint());
      }
    }
    return atMostTwice(found.build().sorted().toArray());
  }

  private static long[] atMostTwice(long[] sorted) {
    int numKept = 0;
    for (long fingerprint : sorted) {
      if (numKept < 2 || sorted[numKept - 2] != fingerprint) {
        sorted[numKept++] = fingerprint;
      }
    }
    return LongStream.of(sorted).limit(numKept).toArray();
  }
}

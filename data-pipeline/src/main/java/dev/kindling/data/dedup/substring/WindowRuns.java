package dev.kindling.data.dedup.substring;

import dev.kindling.data.words.RollingHash;
import dev.kindling.data.words.WordForm;
import dev.kindling.data.words.WordHashes;
import java.util.Arrays;

/**
 * The windows of n tokens of a text, in runs of neighbours with the same fingerprint.
 *
 * <p>The fingerprint of a window is the least hash of any k = ⌈n / 2⌉ tokens in a row in it
 * (winnowing; Schleimer et al. 2003): a function of the window alone, so that equal windows have
 * equal fingerprints, but one that neighbours mostly share. Of random text a run has (n - k + 2) /
 * 2 windows, 13.5 of 50 tokens. A smaller k would make longer runs, and more windows that have a
 * fingerprint in common without being equal.
 */
final class WindowRuns {
  /** Longer runs, which only periodic text has, are cut: a run becomes one row. */
  private static final int MOST_WINDOWS = 1024;

  private final int numTokens;
  private final WordHashes words;
  private final RollingHash lastTokens;
  private final RollingHash lastHalf;
  private final SlidingMinimum leastHalf;
  private final long[] hashes = new long[MOST_WINDOWS];
  private int numRead;
  private boolean started;
  private boolean hasWindow;
  private long fingerprint;
  private int start;
  private int numWindows;
  private boolean severalMinima;

  /**
   * Before the first run of a text.
   *
   * @param numTokens the tokens in a window, n
   */
  WindowRuns(String text, int numTokens) {
    int half = (numTokens + 1) / 2;
    this.numTokens = numTokens;
    words = new WordHashes(text, WordForm.WRITTEN);
    lastTokens = new RollingHash(numTokens);
    lastHalf = new RollingHash(half);
    leastHalf = new SlidingMinimum(numTokens - half + 1);
  }

  /** Moves on to the next run; false at the end. */
  boolean next() {
    if (!started) {
      started = true;
      hasWindow = nextWindow();
    }
    if (!hasWindow) {
      return false;
    }
    fingerprint = leastHalf.minimum();
    start = numRead - numTokens;
    numWindows = 0;
    severalMinima = false;
    int position = leastHalf.position();
    while (hasWindow && leastHalf.minimum() == fingerprint && numWindows < MOST_WINDOWS) {
      hashes[numWindows++] = lastTokens.hash();
      severalMinima |= leastHalf.position() != position;
      hasWindow = nextWindow();
    }
    return true;
  }

  /** The fingerprint of the windows of the run. */
  long fingerprint() {
    return fingerprint;
  }

  /** How many tokens of the text stand before the run's first window. */
  int start() {
    return start;
  }

  /** The hashes of the run's windows, each of which begins a token behind the one before it. */
  long[] hashes() {
    return Arrays.copyOf(hashes, numWindows);
  }

  /** Whether the fingerprint stands in the run several times, as it must if windows are equal. */
  boolean severalMinima() {
    return severalMinima;
  }

  private boolean nextWindow() {
    while (words.next()) {
      numRead++;
      boolean full = lastTokens.push(words.hash());
      if (lastHalf.push(words.hash())) {
        leastHalf.push(lastHalf.hash());
      }
      if (full) {
        return true;
      }
    }
    return false;
  }
}

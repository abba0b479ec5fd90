package dev.kindling.data.sample;

import java.util.EnumMap;
import java.util.Map;

/**
 * Which page comes where. Pages of all kinds are shuffled by a permutation that is computed, not
 * stored, so that a plan of any size takes no memory: a balanced Feistel network over the next
 * power of four, walked until it falls into range (Black and Rogaway 2002, "cycle walking").
 */
final class PagePlan {
  /**
   * One page.
   *
   * @param number its number among the pages of its kind, from 0
   */
  record Page(PageKind kind, int number) {}

  private static final int NUM_ROUNDS = 4;

  private final long seed;
  private final int numStories;
  private final int numPages;
  private final int halfBits;

  PagePlan(long seed, int numStories) {
    this.seed = seed;
    this.numStories = numStories;
    int sum = 0;
    for (PageKind kind : PageKind.values()) {
      sum += kind.numPages(numStories);
    }
    this.numPages = sum;
    int bits = 64 - Long.numberOfLeadingZeros(Math.max(1, numPages - 1L));
    this.halfBits = (bits + 1) / 2;
  }

  int numPages() {
    return numPages;
  }

  Map<PageKind, Integer> counts() {
    Map<PageKind, Integer> counts = new EnumMap<>(PageKind.class);
    for (PageKind kind : PageKind.values()) {
      counts.put(kind, kind.numPages(numStories));
    }
    return counts;
  }

  /** The page at a place in the crawl. */
  Page pageAt(int place) {
    long value = place;
    do {
      value = permute(value);
    } while (value >= numPages);
    int remaining = (int) value;
    for (PageKind kind : PageKind.values()) {
      if (remaining < kind.numPages(numStories)) {
        return new Page(kind, remaining);
      }
      remaining -= kind.numPages(numStories);
    }
    throw new IllegalStateException("place " + place + " is not in a plan of " + numPages);
  }

  private long permute(long value) {
    long mask = (1L << halfBits) - 1;
    long left = value >>> halfBits;
    long right = value & mask;
    for (int round = 0; round < NUM_ROUNDS; round++) {
      long mixed = new RandomStream(seed, Purpose.ORDER.key(), round, right).nextLong() & mask;
      long next = left ^ mixed;
      left = right;
      right = next;
    }
    return (left << halfBits) | right;
  }
}

package dev.kindling.data.signal;

import java.util.Arrays;

/** How often each 64-bit hash was added, in an open table that can be used again. */
final class HashCounts {
  private long[] hashes = new long[64];
  private int[] counts = new int[64];
  private int mask = 63;
  private int size;

  /** Forgets everything and makes room for so many different hashes. */
  void reset(int maxHashes) {
    // At least half empty, so that searches are short.
    int capacity = Integer.highestOneBit(Math.max(32, maxHashes - 1)) * 4;
    if (capacity > hashes.length) {
      hashes = new long[capacity];
      counts = new int[capacity];
    } else {
      Arrays.fill(counts, 0, capacity, 0);
    }
    mask = capacity - 1;
    size = 0;
  }

  /** Adds one and returns how often the hash was added, this time included. */
  int add(long hash) {
    int slot = slot(hash);
    if (counts[slot] == 0) {
      hashes[slot] = hash;
      size++;
    }
    return ++counts[slot];
  }

  int count(long hash) {
    return counts[slot(hash)];
  }

  /** The number of different hashes. */
  int size() {
    return size;
  }

  private int slot(long hash) {
    long mixed = hash * 0x9e37_79b9_7f4a_7c15L;
    int slot = (int) (mixed >>> 32) & mask;
    while (counts[slot] != 0 && hashes[slot] != hash) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}

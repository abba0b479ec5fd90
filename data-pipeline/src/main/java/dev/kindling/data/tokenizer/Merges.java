package dev.kindling.data.tokenizer;

import java.util.Arrays;

/**
 * The merges of a byte-pair encoding by rank, and the way back from a pair of ids to its rank: one
 * open-addressed hash table without an object per entry. Of a pair that is given twice the later
 * rank holds, as in Hugging Face's library.
 */
final class Merges {
  /** The rank of a pair that is not merged. */
  static final int NONE = -1;

  private static final long EMPTY = -1;

  private final int[] left;
  private final int[] right;
  private final int[] result;
  private final long[] pairs;
  private final int[] ranks;
  private final int mask;

  /**
   * All three by rank.
   *
   * @param left the left id
   * @param right the right id
   * @param result the id that they make
   */
  Merges(int[] left, int[] right, int[] result) {
    this.left = left.clone();
    this.right = right.clone();
    this.result = result.clone();
    int capacity = Integer.highestOneBit(Math.max(left.length, 4)) * 4;
    pairs = new long[capacity];
    ranks = new int[capacity];
    mask = capacity - 1;
    Arrays.fill(pairs, EMPTY);
    for (int rank = 0; rank < left.length; rank++) {
      put(pair(left[rank], right[rank]), rank);
    }
  }

  /** Two ids as one number, which orders pairs by the left id and then by the right. */
  static long pair(int left, int right) {
    return (long) left << 32 | right;
  }

  int size() {
    return result.length;
  }

  int left(int rank) {
    return left[rank];
  }

  int right(int rank) {
    return right[rank];
  }

  int result(int rank) {
    return result[rank];
  }

  /** The rank of a pair, or {@link #NONE}. */
  int rank(int leftId, int rightId) {
    long pair = pair(leftId, rightId);
    for (int slot = slot(pair); ; slot = (slot + 1) & mask) {
      if (pairs[slot] == pair) {
        return ranks[slot];
      }
      if (pairs[slot] == EMPTY) {
        return NONE;
      }
    }
  }

  private void put(long pair, int rank) {
    int slot = slot(pair);
    while (pairs[slot] != EMPTY && pairs[slot] != pair) {
      slot = (slot + 1) & mask;
    }
    pairs[slot] = pair;
    ranks[slot] = rank;
  }

  private int slot(long pair) {
    return (int) ((pair * 0x9E3779B97F4A7C15L) >>> 32) & mask;
  }
}

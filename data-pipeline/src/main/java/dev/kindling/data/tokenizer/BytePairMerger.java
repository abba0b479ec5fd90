package dev.kindling.data.tokenizer;

/**
 * Applies merges to one word: always the pair of the lowest rank, the leftmost one first, until no
 * pair of neighbours can be merged (Sennrich et al. 2016). A heap of candidate pairs over a linked
 * list makes that O(n log n), so that a word of a million bytes is no trap.
 *
 * <p>Keeps its buffers between words; for one thread.
 */
final class BytePairMerger {
  private static final int REMOVED = -1;
  private static final int NONE = -1;

  private final Merges merges;
  private int[] next = new int[0];
  private int[] previous = new int[0];
  private long[] heap = new long[0];
  private int heapSize;

  BytePairMerger(Merges merges) {
    this.merges = merges;
  }

  /** Merges {@code ids}, which it overwrites, and returns what is left. */
  int[] merge(int[] ids) {
    int length = ids.length;
    reserve(length);
    for (int i = 0; i < length; i++) {
      previous[i] = i - 1;
      next[i] = i + 1 < length ? i + 1 : NONE;
    }
    heapSize = 0;
    for (int i = 0; i + 1 < length; i++) {
      offer(ids, i);
    }
    int left = length;
    while (heapSize > 0) {
      long candidate = poll();
      int rank = (int) (candidate >>> 32);
      int position = (int) candidate;
      if (isCurrent(ids, position, rank)) {
        mergeAt(ids, position, rank);
        left--;
      }
    }
    return compact(ids, length, left);
  }

  private boolean isCurrent(int[] ids, int position, int rank) {
    int right = next[position];
    return ids[position] != REMOVED
        && right != NONE
        && merges.rank(ids[position], ids[right]) == rank;
  }

  private void mergeAt(int[] ids, int position, int rank) {
    int right = next[position];
    ids[position] = merges.result(rank);
    ids[right] = REMOVED;
    next[position] = next[right];
    if (next[right] != NONE) {
      previous[next[right]] = position;
      offer(ids, position);
    }
    if (previous[position] != NONE) {
      offer(ids, previous[position]);
    }
  }

  private static int[] compact(int[] ids, int length, int left) {
    if (left == length) {
      return ids;
    }
    int[] merged = new int[left];
    int size = 0;
    for (int i = 0; i < length; i++) {
      if (ids[i] != REMOVED) {
        merged[size++] = ids[i];
      }
    }
    return merged;
  }

  private void reserve(int length) {
    if (length > next.length) {
      next = new int[length];
      previous = new int[length];
      // Every merge removes one symbol and offers at most two pairs.
      heap = new long[Math.multiplyExact(length, 3)];
    }
  }

  private void offer(int[] ids, int position) {
    int rank = merges.rank(ids[position], ids[next[position]]);
    if (rank == Merges.NONE) {
      return;
    }
    long candidate = (long) rank << 32 | position;
    int child = heapSize++;
    while (child > 0) {
      int parent = (child - 1) >>> 1;
      if (heap[parent] <= candidate) {
        break;
      }
      heap[child] = heap[parent];
      child = parent;
    }
    heap[child] = candidate;
  }

  private long poll() {
    long lowest = heap[0];
    long last = heap[--heapSize];
    int parent = 0;
    for (int child = 1; child < heapSize; child = 2 * parent + 1) {
      if (child + 1 < heapSize && heap[child + 1] < heap[child]) {
        child++;
      }
      if (last <= heap[child]) {
        break;
      }
      heap[parent] = heap[child];
      parent = child;
    }
    heap[parent] = last;
    return lowest;
  }
}

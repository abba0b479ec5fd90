package dev.kindling.data.dedup.substring;

/**
 * The least of the last n values, and where it stands. A value leaves the queue when a later one is
 * not greater, so that the queue ascends and every value enters and leaves once.
 */
final class SlidingMinimum {
  private final long[] values;
  private final int[] positions;
  private int first;
  private int numQueued;
  private int numPushed;

  /**
   * @param size the number of values n
   */
  SlidingMinimum(int size) {
    values = new long[size];
    positions = new int[size];
  }

  /**
   * Moves on by a value.
   *
   * @return whether there have been n values, so that there is a {@link #minimum}
   */
  boolean push(long value) {
    if (numQueued > 0 && positions[first] == numPushed - values.length) {
      first = slot(1);
      numQueued--;
    }
    while (numQueued > 0 && values[slot(numQueued - 1)] >= value) {
      numQueued--;
    }
    values[slot(numQueued)] = value;
    positions[slot(numQueued)] = numPushed;
    numQueued++;
    numPushed++;
    return numPushed >= values.length;
  }

  /** The least value. */
  long minimum() {
    return values[first];
  }

  /** How many values were pushed before it; before the last of them where it is there again. */
  int position() {
    return positions[first];
  }

  private int slot(int offset) {
    int slot = first + offset;
    return slot < values.length ? slot : slot - values.length;
  }
}

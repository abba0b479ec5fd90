package dev.kindling.data;

import java.util.Arrays;

/** A growing array of ints. */
public final class IntList {
  private int[] values;
  private int size;

  /**
   * @param initialCapacity ints that there is room for at first
   */
  public IntList(int initialCapacity) {
    values = new int[Math.max(initialCapacity, 4)];
  }

  /** Puts a value behind the others. */
  public void add(int value) {
    reserve(1);
    values[size++] = value;
  }

  /** Puts values behind the others. */
  public void addAll(int[] source) {
    reserve(source.length);
    System.arraycopy(source, 0, values, size, source.length);
    size += source.length;
  }

  /** One of the values. */
  public int get(int index) {
    return values[index];
  }

  /** How many values there are. */
  public int size() {
    return size;
  }

  /** A copy of the values. */
  public int[] toArray() {
    return Arrays.copyOf(values, size);
  }

  private void reserve(int extra) {
    int needed = Math.addExact(size, extra);
    if (needed > values.length) {
      long grown = Math.max(needed, values.length * 3L / 2);
      values = Arrays.copyOf(values, (int) Math.min(grown, Integer.MAX_VALUE - 8));
    }
  }
}

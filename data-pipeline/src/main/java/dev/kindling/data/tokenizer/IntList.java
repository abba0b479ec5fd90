package dev.kindling.data.tokenizer;

import java.util.Arrays;

/** A growing array of ints. */
final class IntList {
  private int[] values;
  private int size;

  IntList(int initialCapacity) {
    values = new int[Math.max(initialCapacity, 4)];
  }

  void add(int value) {
    reserve(1);
    values[size++] = value;
  }

  void addAll(int[] source) {
    reserve(source.length);
    System.arraycopy(source, 0, values, size, source.length);
    size += source.length;
  }

  int get(int index) {
    return values[index];
  }

  int size() {
    return size;
  }

  int[] toArray() {
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

package dev.kindling.model.batch;

import java.util.Arrays;

/** The checks and the arithmetic that all batches share: arrays of rows of one width. */
final class Rows {
  private Rows() {}

  static void requireSize(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ": it must be 1 or more");
    }
  }

  static void requireShape(String name, int[] values, int size, int width) {
    if (values.length != (long) size * width) {
      throw new IllegalArgumentException(
          name
              + " has "
              + values.length
              + " elements: expected "
              + size
              + " sequences × "
              + width
              + " = "
              + (long) size * width);
    }
  }

  static void requireRange(String name, int[] values, int lowest, int highest) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] < lowest || values[i] > highest) {
        throw new IllegalArgumentException(
            name
                + " has "
                + values[i]
                + " at "
                + i
                + ": expected "
                + lowest
                + (highest == Integer.MAX_VALUE ? " or more" : " to " + highest));
      }
    }
  }

  static void requireVocabulary(String name, int[] ids, int vocabSize) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] >= vocabSize) {
        throw new IllegalArgumentException(
            name
                + " has the token "
                + ids[i]
                + " at "
                + i
                + ", but the model's vocabulary ends at "
                + (vocabSize - 1)
                + ": were these tokens made by the tokenizer of this model?");
      }
    }
  }

  static long numCounted(int[] targets) {
    return Arrays.stream(targets).filter(id -> id != Batch.IGNORED).count();
  }

  static void requireRows(int first, int count, int size) {
    if (first < 0 || count < 1 || first > size - count) {
      throw new IllegalArgumentException(
          count
              + " sequences from "
              + first
              + " on were asked for: expected at least 1, and all within the batch of "
              + size);
    }
  }

  static int[] copy(int[] values, int first, int count, int width) {
    return Arrays.copyOfRange(values, first * width, (first + count) * width);
  }
}

package dev.kindling.model.arch;

import java.util.Arrays;

/** Ids of positions, for look-ups. */
final class Positions {
  private Positions() {}

  /** 0 … T-1 for every sequence, plus an offset: [B × T]. */
  static int[] counted(long numSequences, long length, int offset) {
    int[] positions = new int[Math.toIntExact(numSequences * length)];
    Arrays.setAll(positions, i -> (int) (i % length) + offset);
    return positions;
  }

  /** The positions of T new tokens behind those that every sequence has: [B × T]. */
  static int[] continued(int[] lengths, int numNew, int offset) {
    int[] positions = new int[lengths.length * numNew];
    Arrays.setAll(positions, i -> lengths[i / numNew] + i % numNew + offset);
    return positions;
  }

  /** The row of each sequence's last new token: [B]; the first row of a sequence without any. */
  static int[] lastRows(int[] numTokens, int length) {
    int[] rows = new int[numTokens.length];
    Arrays.setAll(rows, i -> i * length + Math.max(0, numTokens[i] - 1));
    return rows;
  }

  /**
   * Refuses what is longer than the context.
   *
   * @throws IllegalArgumentException naming both
   */
  static void requireLength(String what, long length, ArchitectureConfig config) {
    if (length > config.contextLength()) {
      throw new IllegalArgumentException(
          what
              + " of "
              + length
              + " tokens was given: expected at most the context length "
              + config.contextLength());
    }
  }

  /** The error for a batch of another architecture. */
  static IllegalArgumentException wrongBatch(Object batch, String architecture, String expected) {
    return new IllegalArgumentException(
        "A "
            + batch.getClass().getSimpleName()
            + " was given to a "
            + architecture
            + ", which expects a "
            + expected
            + ": choose the objective that belongs to the architecture");
  }
}

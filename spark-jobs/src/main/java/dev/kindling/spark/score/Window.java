package dev.kindling.spark.score;

import java.util.Arrays;

/** One sequence for the model: every input is followed by the target of the same index. */
final class Window {
  /** In place of a target that another window scores. */
  static final int NOT_SCORED = -1;

  private final int[] inputs;
  private final int[] targets;

  /** Keeps both arrays, which must be of one length. */
  Window(int[] inputs, int[] targets) {
    this.inputs = inputs;
    this.targets = targets;
  }

  /** T of this window. */
  int length() {
    return inputs.length;
  }

  /** Writes the window into a row of a batch. */
  void copyTo(int[] batchInputs, int[] batchTargets, int offset) {
    System.arraycopy(inputs, 0, batchInputs, offset, inputs.length);
    System.arraycopy(targets, 0, batchTargets, offset, targets.length);
  }

  /** Such as {@code [0, 7] -> [7, 9]}. */
  @Override
  public String toString() {
    return Arrays.toString(inputs) + " -> " + Arrays.toString(targets);
  }
}

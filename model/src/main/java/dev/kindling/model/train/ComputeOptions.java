package dev.kindling.model.train;

import java.io.Serializable;

/**
 * How a step is computed. Only {@code precision} changes the result beyond rounding.
 *
 * @param precision of activations and matrices
 * @param microBatches parts that a batch is cut into, whose gradients are added up: less memory for
 *     activations
 * @param activationCheckpointing keep the input of each layer only, and compute its inside anew on
 *     the way back: less memory for a third more arithmetic
 */
public record ComputeOptions(Precision precision, int microBatches, boolean activationCheckpointing)
    implements Serializable {
  /** F32 in one part. */
  public static final ComputeOptions PLAIN = new ComputeOptions(Precision.F32, 1, false);

  /**
   * Checks the number of parts.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public ComputeOptions {
    if (microBatches < 1) {
      throw new IllegalArgumentException(
          "microBatches is " + microBatches + ": it must be 1 (the whole batch at once) or more");
    }
  }

  /** The same in another precision. */
  public ComputeOptions with(Precision newPrecision) {
    return new ComputeOptions(newPrecision, microBatches, activationCheckpointing);
  }
}

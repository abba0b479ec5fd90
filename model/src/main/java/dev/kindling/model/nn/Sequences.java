package dev.kindling.model.nn;

import dev.kindling.model.tensor.Tensor;

/**
 * How the rows of a [B × T, C] are sequences.
 *
 * @param count B
 * @param length T
 * @param lengths I32 [B]: tokens of each sequence, with padding behind them; null if all have T
 */
public record Sequences(long count, long length, Tensor lengths) {
  /** B × T. */
  public long numRows() {
    return count * length;
  }
}

package dev.kindling.model.arch;

import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.MaskedBatch;

/**
 * What one loss weighs in the loss of a step, which is the mean over all counted targets plus,
 * where there are such, the mean over all sentence pairs. Parts of a batch are given the scale of
 * the whole.
 *
 * @param target 1 / counted targets
 * @param sentencePair 1 / sentence pairs; 0 where there are none
 */
public record LossScale(double target, double sentencePair) {
  /**
   * The scale of a whole batch.
   *
   * @throws IllegalArgumentException if no target counts
   */
  public static LossScale of(Batch batch) {
    long numCounted = batch.numCounted();
    if (numCounted == 0) {
      throw new IllegalArgumentException(
          "All targets are " + Batch.IGNORED + ": a step needs one that counts");
    }
    int numPairs = batch instanceof MaskedBatch masked ? masked.nextSentence().length : 0;
    return new LossScale(1.0 / numCounted, numPairs == 0 ? 0 : 1.0 / numPairs);
  }
}

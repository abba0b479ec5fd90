package dev.kindling.model.arch;

import dev.kindling.model.tensor.Tensor;
import java.util.Arrays;

/**
 * The losses of one pass, in nats, of the accumulator type.
 *
 * @param targets one for every row that predicts a token; 0 where the target is ignored; null where
 *     no row does
 * @param sentencePairs one for every pair of sentences; null where there are none
 */
public record Losses(Tensor targets, Tensor sentencePairs) {
  /** The loss of a step, or the share of this part of its batch. */
  public double total(LossScale scale) {
    return scale.target() * sum(targets) + scale.sentencePair() * sum(sentencePairs);
  }

  private static double sum(Tensor losses) {
    return losses == null ? 0 : Arrays.stream(losses.toDoubles()).sum();
  }
}

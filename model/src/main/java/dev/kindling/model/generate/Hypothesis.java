package dev.kindling.model.generate;

import java.util.List;

/**
 * An output of beam search.
 *
 * @param tokens without the start, and with the end id if it was reached
 * @param score its log-probability in nats / (number of tokens to the power of the length penalty)
 */
public record Hypothesis(List<Integer> tokens, double score) {
  /** Keeps an unmodifiable copy. */
  public Hypothesis {
    tokens = List.copyOf(tokens);
  }
}

package dev.kindling.model.generate;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Chooses the next token from its logits. A pure function: equal logits, texts and draws give equal
 * tokens.
 *
 * <p>Logits of minus infinity mark tokens that are never chosen. NaN or plus infinity is an {@link
 * ArithmeticException}, because the model that gave it is broken.
 */
public final class Sampler {
  private final List<LogitRule> rules;
  private final boolean greedy;

  /**
   * A sampler without a state.
   *
   * @param settings what makes a token likely
   */
  public Sampler(SamplingSettings settings) {
    this.greedy = settings.temperature() == 0;
    List<LogitRule> inOrder = new ArrayList<>();
    if (settings.repetitionPenalty() != 1) {
      inOrder.add(new LogitRule.RepetitionPenalty(settings.repetitionPenalty()));
    }
    if (!greedy) {
      inOrder.add(new LogitRule.Temperature(settings.temperature()));
      if (settings.topK() > 0) {
        inOrder.add(new LogitRule.TopK(settings.topK()));
      }
      if (settings.topP() < 1) {
        inOrder.add(new LogitRule.TopP(settings.topP()));
      }
    }
    this.rules = List.copyOf(inOrder);
  }

  /**
   * Chooses a token. Where equal logits compete, lower ids win.
   *
   * @param logits unnormalised log-probabilities [vocabSize]
   * @param occurring the tokens that occur in the text so far
   * @param draw a number from 0 (inclusive) to 1 (exclusive) that decides among the candidates
   * @return a token id
   * @throws ArithmeticException if a logit is NaN or plus infinity, or every one is minus infinity
   */
  public int sample(float[] logits, BitSet occurring, double draw) {
    Candidates candidates = new Candidates(logits);
    for (LogitRule rule : rules) {
      rule.apply(candidates, occurring);
    }
    return greedy ? candidates.best() : candidates.draw(draw);
  }
}

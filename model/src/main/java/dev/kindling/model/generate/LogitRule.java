package dev.kindling.model.generate;

import java.util.BitSet;

/** One step from a model's logits to the candidates that are drawn from. */
sealed interface LogitRule {
  /**
   * Changes the candidates in place.
   *
   * @param occurring the tokens that occur in the text
   */
  void apply(Candidates candidates, BitSet occurring);

  /** Makes tokens that occur in the text less likely (Keskar et al. 2019). */
  record RepetitionPenalty(double penalty) implements LogitRule {
    @Override
    public void apply(Candidates candidates, BitSet occurring) {
      candidates.penalize(occurring, penalty);
    }
  }

  /** Divides all logits. */
  record Temperature(double temperature) implements LogitRule {
    @Override
    public void apply(Candidates candidates, BitSet occurring) {
      candidates.divide(temperature);
    }
  }

  /** Leaves the k best tokens (Fan et al. 2018). */
  record TopK(int k) implements LogitRule {
    @Override
    public void apply(Candidates candidates, BitSet occurring) {
      candidates.keepBest(k);
    }
  }

  /** Leaves the best tokens that have the probability p together (Holtzman et al. 2020). */
  record TopP(double p) implements LogitRule {
    @Override
    public void apply(Candidates candidates, BitSet occurring) {
      candidates.keepNucleus(p);
    }
  }
}

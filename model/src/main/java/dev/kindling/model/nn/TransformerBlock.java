package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;

/**
 * A pre-norm Transformer block (Radford et al. 2019): x + attention(norm(x)), then x +
 * feedForward(norm(x)).
 */
public record TransformerBlock(
    LayerNorm attentionNorm, Attention attention, LayerNorm feedForwardNorm, FeedForward network) {
  /** Maps [B × T, C] to [B × T, C]; {@code length} is T. */
  public Variable forward(Tape tape, Variable input, long length) {
    Variable attended = attention.forward(tape, attentionNorm.forward(tape, input), length);
    Variable middle = addResidual(tape, input, attended);
    Variable transformed = network.forward(tape, feedForwardNorm.forward(tape, middle));
    return addResidual(tape, middle, transformed);
  }

  private static Variable addResidual(Tape tape, Variable stream, Variable branch) {
    Variable sum = tape.variableLike(stream.value());
    tape.backend().add(stream.value(), branch.value(), sum.value());
    tape.record(
        () -> {
          branch.addShare(sum.gradient());
          stream.handOverShare(sum.gradient());
        });
    return sum;
  }
}

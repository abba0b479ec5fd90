package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import java.util.function.UnaryOperator;

/**
 * A residual connection around a part of a block, with its norm.
 *
 * @param norm of the part's input or of the sum
 * @param preNorm x + part(norm(x)), as GPT-2 and T5; otherwise norm(x + part(x)), as the original
 *     Transformer, BERT and BART
 * @param dropout of the part's result
 */
public record Sublayer(Norm norm, boolean preNorm, double dropout) {
  /** Maps [B × T, C] to [B × T, C]. */
  Variable forward(Tape tape, Variable stream, long numSamples, UnaryOperator<Variable> part) {
    Variable input = preNorm ? norm.forward(tape, stream) : stream;
    Variable branch = Operations.drop(tape, dropout, part.apply(input), numSamples);
    Variable sum = Operations.addToBranch(tape, branch, stream);
    return preNorm ? sum : norm.forward(tape, sum);
  }
}

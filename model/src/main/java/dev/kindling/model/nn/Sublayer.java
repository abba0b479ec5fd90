package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.backend.SliceGroup;
import java.util.function.UnaryOperator;

/**
 * A residual connection around a part of a block, with its norm.
 *
 * @param norm of the part's input or of the sum
 * @param preNorm x + part(norm(x)), as GPT-2 and T5; otherwise norm(x + part(x)), as the original
 *     Transformer, BERT and BART
 * @param dropout of the part's result
 * @param slices who computes the rest of the part, where this is a slice of it: the slices' results
 *     are summed up
 */
public record Sublayer(Norm norm, boolean preNorm, double dropout, SliceGroup slices) {
  /** Maps [B × T, C] to [B × T, C]. */
  Variable forward(Tape tape, Variable stream, long numSamples, UnaryOperator<Variable> part) {
    Variable input = preNorm ? norm.forward(tape, stream) : stream;
    Variable result = part.apply(Operations.intoSlices(tape, slices, input));
    Variable branch = Operations.sumOfSlices(tape, slices, result);
    Operations.drop(tape, dropout, branch, numSamples);
    Variable sum = Operations.addToBranch(tape, branch, stream);
    return preNorm ? sum : norm.forward(tape, sum);
  }
}

package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.tensor.Tensor;

/**
 * Looks up token and position vectors and adds them.
 *
 * @param tokens [V, C]
 * @param positions [context length, C]
 */
public record Embedding(Parameter tokens, Parameter positions) {
  /** Maps ids I32 [B, T] to vectors [B × T, C]. */
  public Variable forward(Tape tape, Tensor ids) {
    Variable output =
        tape.variable(tokens.value().dtype(), ids.numElements(), tokens.value().dim(1));
    tape.backend().embeddingForward(ids, tokens.value(), positions.value(), output.value());
    tape.record(
        () ->
            tape.backend()
                .embeddingBackward(
                    output.gradient(), ids, tokens.gradient(), positions.gradient()));
    return output;
  }
}

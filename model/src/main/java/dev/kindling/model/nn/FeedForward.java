package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;

/**
 * The position-wise network of a Transformer block, with GELU.
 *
 * @param expand C to 4C
 * @param contract 4C to C
 */
public record FeedForward(Linear expand, Linear contract) {
  /** Maps [N, C] to [N, C]. */
  public Variable forward(Tape tape, Variable input) {
    Variable expanded = expand.forward(tape, input);
    Variable activated = tape.variableLike(expanded.value());
    tape.backend().geluForward(expanded.value(), activated.value());
    tape.record(
        () ->
            // The expansion has this one use, so its gradient's first share is its last.
            tape.backend()
                .geluBackward(
                    activated.gradient(), expanded.value(), expanded.nextShare().tensor()));
    return contract.forward(tape, activated);
  }
}

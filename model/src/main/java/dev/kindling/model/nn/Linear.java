package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.tensor.Tensor;

/**
 * An affine map of the last dim.
 *
 * @param weight [in, out], the layout of GPT-2's Conv1D
 * @param bias [out], or null
 */
public record Linear(Parameter weight, Parameter bias) {
  /** Maps [N, in] to [N, out]. */
  public Variable forward(Tape tape, Variable input) {
    Tensor biasValue = bias == null ? null : bias.value();
    Variable output =
        tape.variable(input.value().dtype(), input.value().dim(0), weight.value().dim(1));
    tape.backend().linearForward(input.value(), weight.value(), biasValue, output.value());
    tape.record(
        () -> {
          Variable.Share share = input.nextShare();
          tape.backend()
              .linearBackward(
                  output.gradient(),
                  input.value(),
                  weight.value(),
                  share.tensor(),
                  share.accumulate(),
                  weight.gradient(),
                  bias == null ? null : bias.gradient());
        });
    return output;
  }
}

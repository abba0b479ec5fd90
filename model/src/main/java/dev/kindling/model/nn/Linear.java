package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.backend.Activation;
import dev.kindling.model.backend.Matrix;
import dev.kindling.model.tensor.Tensor;

/**
 * An affine map of the last dim.
 *
 * @param weight [in, out], the layout of GPT-2's Conv1D, or [out, in], that of PyTorch's Linear
 * @param outputsFirst whether {@code weight} is [out, in]
 * @param bias [out], or null
 */
public record Linear(Parameter weight, boolean outputsFirst, Parameter bias) {
  /** Maps [N, in] to [N, out]. */
  public Variable forward(Tape tape, Variable input) {
    Tensor x = input.value();
    Variable output = tape.variable(x.dtype(), x.dim(0), numOutputs());
    tape.backend().linearForward(x, oriented(weight.value()), valueOf(bias), output.value());
    tape.record(output, () -> backward(tape, input, output));
    return output;
  }

  /**
   * next(activation(this(input))), for a backend that fuses activations with linear layers: the
   * gradient of what the activation gives is never stored.
   */
  Variable forwardThrough(Tape tape, Activation activation, Linear next, Variable input) {
    Tensor x = input.value();
    Variable linear = tape.variable(x.dtype(), x.dim(0), numOutputs());
    Tensor activated = tape.scratch(x.dtype(), linear.value().shape());
    tape.backend()
        .linearActivationForward(
            x, oriented(weight.value()), valueOf(bias), activation, linear.value(), activated);
    tape.record(linear, () -> backward(tape, input, linear));
    Variable output = tape.variable(x.dtype(), x.dim(0), next.numOutputs());
    Matrix nextWeight = next.oriented(next.weight.value());
    tape.backend().linearForward(activated, nextWeight, valueOf(next.bias), output.value());
    tape.record(
        output,
        () -> {
          next.addGradients(tape, output.gradient(), activated);
          tape.backend()
              .linearActivationBackward(
                  output.gradient(), nextWeight, activation, linear.value(), linear.onlyShare());
        });
    return output;
  }

  /** Adds to the gradients of the parameters alone. */
  private void addGradients(Tape tape, Tensor outputGradient, Tensor input) {
    tape.backend()
        .linearBackward(
            outputGradient,
            input,
            oriented(weight.value()),
            null,
            false,
            oriented(weight.gradient()),
            bias == null ? null : bias.gradient());
  }

  private void backward(Tape tape, Variable input, Variable output) {
    Variable.Share share = input.nextShare();
    tape.backend()
        .linearBackward(
            output.gradient(),
            input.value(),
            oriented(weight.value()),
            share.tensor(),
            share.accumulate(),
            oriented(weight.gradient()),
            bias == null ? null : bias.gradient());
  }

  private long numOutputs() {
    return weight.value().dim(outputsFirst ? 0 : 1);
  }

  private Matrix oriented(Tensor tensor) {
    Matrix stored = Matrix.of(tensor);
    return outputsFirst ? stored.transposed() : stored;
  }

  static Tensor valueOf(Parameter parameter) {
    return parameter == null ? null : parameter.value();
  }
}

package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.backend.Activation;
import dev.kindling.model.backend.SliceGroup;
import dev.kindling.model.tensor.Tensor;

/** The position-wise network of a Transformer block: [N, C] to [N, F] to [N, C]. */
public sealed interface FeedForward {
  /**
   * Maps [N, C] to [N, C].
   *
   * @param numSamples sequences of which the rows consist, for dropout
   */
  Variable forward(Tape tape, Variable input, long numSamples);

  /**
   * contract(activation(expand(x))) (Vaswani et al. 2017).
   *
   * @param expand C to F
   * @param contract F to C
   * @param dropout of what {@code contract} reads; T5 has it
   * @param slices who has the other columns of F
   */
  record Plain(
      Linear expand, Activation activation, Linear contract, double dropout, SliceGroup slices)
      implements FeedForward {
    @Override
    public Variable forward(Tape tape, Variable input, long numSamples) {
      if (dropout == 0 && tape.backend().fusesWithLinear(activation, input.value().dtype())) {
        return expand.forwardThrough(tape, activation, contract, input);
      }
      Variable activated = Operations.activate(tape, activation, expand.forward(tape, input));
      return contract.forward(tape, Operations.drop(tape, dropout, activated, numSamples, slices));
    }
  }

  /**
   * contract(activation(gate(x)) · up(x)) (Shazeer 2020).
   *
   * @param gate C to F
   * @param up C to F
   * @param contract F to C
   * @param dropout of what {@code contract} reads; T5 has it
   * @param slices who has the other columns of F
   */
  record Gated(
      Linear gate,
      Linear up,
      Activation activation,
      Linear contract,
      double dropout,
      SliceGroup slices)
      implements FeedForward {
    @Override
    public Variable forward(Tape tape, Variable input, long numSamples) {
      Variable gates = gate.forward(tape, input);
      Variable passed = up.forward(tape, input);
      Variable product = tape.variableLike(gates.value());
      tape.backend()
          .gatedActivationForward(activation, gates.value(), passed.value(), product.value());
      tape.record(product, () -> backward(tape, gates, passed, product.gradient()));
      return contract.forward(tape, Operations.drop(tape, dropout, product, numSamples, slices));
    }

    private void backward(Tape tape, Variable gates, Variable passed, Tensor gradient) {
      tape.backend()
          .gatedActivationBackward(
              activation,
              gradient,
              gates.value(),
              passed.value(),
              gates.onlyShare(),
              passed.onlyShare());
    }
  }
}

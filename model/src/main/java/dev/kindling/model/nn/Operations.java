package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.backend.Activation;
import dev.kindling.model.backend.Dropout;
import dev.kindling.model.tensor.Tensor;

/** Operations without parameters. */
public final class Operations {
  private Operations() {}

  /**
   * stream + branch, written over {@code branch}, which has no other use.
   *
   * @return {@code branch}
   */
  static Variable addToBranch(Tape tape, Variable branch, Variable stream) {
    tape.backend().addInPlace(branch.value(), stream.value());
    tape.record(() -> stream.addShare(branch.gradient()));
    return branch;
  }

  /** activation(input). */
  public static Variable activate(Tape tape, Activation activation, Variable input) {
    Variable output = tape.variableLike(input.value());
    tape.backend().activationForward(activation, input.value(), output.value());
    tape.record(
        output,
        () ->
            tape.backend()
                .activationBackward(
                    activation, output.gradient(), input.value(), input.onlyShare()));
    return output;
  }

  /**
   * Dropout, written over {@code input}, which has no other use, and whose own operation does not
   * read it on the way back.
   *
   * @param numSamples samples of which {@code input} consists
   * @return {@code input}
   */
  public static Variable drop(Tape tape, double rate, Variable input, long numSamples) {
    Tensor values = input.value();
    Dropout dropout = tape.nextDropout(rate, values.numElements() / numSamples);
    if (dropout != null) {
      tape.backend().dropout(values, dropout, values);
      tape.record(() -> tape.backend().dropout(input.gradient(), dropout, input.gradient()));
    }
    return input;
  }

  /**
   * Some rows of [N, C].
   *
   * @param rows I32 [M], each row at most once
   * @return [M, C]
   */
  public static Variable chooseRows(Tape tape, Variable input, Tensor rows) {
    Tensor x = input.value();
    Variable output = tape.variable(x.dtype(), rows.numElements(), x.dim(1));
    tape.backend().gatherRows(x, rows, output.value(), false);
    tape.record(
        output,
        () -> {
          Variable.Share share = input.nextShare();
          if (!share.accumulate()) {
            tape.backend().fill(share.tensor(), 0);
          }
          tape.backend().scatterAddRows(output.gradient(), rows, share.tensor());
        });
    return output;
  }
}

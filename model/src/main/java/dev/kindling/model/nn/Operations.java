package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.backend.Activation;
import dev.kindling.model.backend.Dropout;
import dev.kindling.model.backend.SliceGroup;
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

  /**
   * What every slice reads of a value that all have: the same, with a gradient that is the sum of
   * what the slices find (f in Shoeybi et al. 2019).
   */
  public static Variable intoSlices(Tape tape, SliceGroup slices, Variable input) {
    if (!slices.isSliced()) {
      return input;
    }
    Variable read = tape.alias(input);
    tape.record(
        read,
        () -> {
          slices.sumInPlace(read.gradient());
          input.takeGradientOf(read);
        });
    return read;
  }

  /**
   * The sum of what the slices have computed, written over {@code partial}, whose own operation
   * does not read it on the way back; every slice's share of the gradient is the whole (g in
   * Shoeybi et al. 2019).
   *
   * @return {@code partial}
   */
  static Variable sumOfSlices(Tape tape, SliceGroup slices, Variable partial) {
    slices.sumInPlace(partial.value());
    return partial;
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
    return drop(tape, rate, input, numSamples, SliceGroup.WHOLE);
  }

  /**
   * {@link #drop(Tape, double, Variable, long)} of a matrix whose columns are shared by slices in
   * equal ranges.
   */
  static Variable drop(Tape tape, double rate, Variable input, long numSamples, SliceGroup slices) {
    Tensor values = input.value();
    long columns = values.dim(1);
    Dropout.Columns here =
        new Dropout.Columns(columns, columns * slices.numSlices(), columns * slices.slice());
    Dropout dropout = tape.nextDropout(rate, values.numElements() / numSamples, here);
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

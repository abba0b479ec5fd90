package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;

/** Normalisation of each row. */
public sealed interface Norm {
  /** Normalises each row of [N, C]. */
  Variable forward(Tape tape, Variable input);

  /**
   * Layer normalisation (Ba et al. 2016).
   *
   * @param gain [C]
   * @param bias [C], or null
   * @param epsilon added to the variance
   */
  record LayerNorm(Parameter gain, Parameter bias, double epsilon) implements Norm {
    @Override
    public Variable forward(Tape tape, Variable input) {
      Tensor x = input.value();
      DType statistics = x.dtype().accumulator();
      Tensor mean = tape.scratch(statistics, x.dim(0));
      Tensor variance = tape.scratch(statistics, x.dim(0));
      Variable output = tape.variableLike(x);
      tape.backend()
          .layerNormForward(
              x, gain.value(), Linear.valueOf(bias), epsilon, output.value(), mean, variance);
      tape.record(
          output,
          () -> {
            Variable.Share share = input.nextShare();
            tape.backend()
                .layerNormBackward(
                    output.gradient(),
                    x,
                    gain.value(),
                    epsilon,
                    mean,
                    variance,
                    share.tensor(),
                    share.accumulate(),
                    gain.gradient(),
                    bias == null ? null : bias.gradient());
          });
      return output;
    }
  }

  /**
   * Root-mean-square normalisation (Zhang and Sennrich 2019).
   *
   * @param gain [C]
   * @param epsilon added to the mean square
   */
  record RmsNorm(Parameter gain, double epsilon) implements Norm {
    @Override
    public Variable forward(Tape tape, Variable input) {
      Tensor x = input.value();
      Tensor meanSquare = tape.scratch(x.dtype().accumulator(), x.dim(0));
      Variable output = tape.variableLike(x);
      tape.backend().rmsNormForward(x, gain.value(), epsilon, output.value(), meanSquare);
      tape.record(
          output,
          () -> {
            Variable.Share share = input.nextShare();
            tape.backend()
                .rmsNormBackward(
                    output.gradient(),
                    x,
                    gain.value(),
                    epsilon,
                    meanSquare,
                    share.tensor(),
                    share.accumulate(),
                    gain.gradient());
          });
      return output;
    }
  }
}

package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.tensor.Tensor;

/**
 * Layer normalisation over the last dim (Ba et al. 2016).
 *
 * @param gain [C]
 * @param bias [C], or null
 */
public record LayerNorm(Parameter gain, Parameter bias) {
  /** GPT-2's. */
  public static final double EPSILON = 1e-5;

  /** Normalises each row of [N, C]. */
  public Variable forward(Tape tape, Variable input) {
    Tensor inputValue = input.value();
    Tensor mean = tape.scratch(inputValue.dtype(), inputValue.dim(0));
    Tensor variance = tape.scratch(inputValue.dtype(), inputValue.dim(0));
    Variable output = tape.variableLike(inputValue);
    tape.backend()
        .layerNormForward(
            inputValue,
            gain.value(),
            bias == null ? null : bias.value(),
            EPSILON,
            output.value(),
            mean,
            variance);
    tape.record(
        () -> {
          Variable.Share share = input.nextShare();
          tape.backend()
              .layerNormBackward(
                  output.gradient(),
                  inputValue,
                  gain.value(),
                  EPSILON,
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

package dev.kindling.model.nn;

import dev.kindling.model.tensor.Tensor;

/**
 * A named slice of the parameters with the same slice of the gradients.
 *
 * @param value the parameter
 * @param gradient where backward passes add to; null in a model that only infers
 */
public record Parameter(Tensor value, Tensor gradient) {
  /** The slice {@code name} of both stores; {@code gradients} may be null. */
  public static Parameter of(ParameterStore parameters, ParameterStore gradients, String name) {
    return new Parameter(
        parameters.tensor(name), gradients == null ? null : gradients.tensor(name));
  }
}

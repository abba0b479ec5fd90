package dev.kindling.model.nn;

import dev.kindling.model.tensor.Tensor;

/**
 * A part of the parameters with the same part of the gradients.
 *
 * @param value the parameter, in the type that is computed with
 * @param gradient of the accumulator type, where backward passes add to; null in a model that only
 *     infers
 */
public record Parameter(Tensor value, Tensor gradient) {}

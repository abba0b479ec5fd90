package dev.kindling.model.backend;

import dev.kindling.model.tensor.Tensor;

/**
 * The last linear layer, which turns hidden states into logits.
 *
 * @param weight [V, C]
 * @param bias [V] of the accumulator type, or null
 * @param scale multiplies the logits before the bias; T5 1.0 has C^-0.5
 * @param weightGradient [V, C] of the accumulator type, added to; null in forward-only use
 * @param biasGradient [V] of the accumulator type, added to; null where there is no bias
 */
public record VocabularyProjection(
    Tensor weight, Tensor bias, double scale, Tensor weightGradient, Tensor biasGradient) {}

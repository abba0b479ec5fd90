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
 * @param part the tokens whose logits this is for, where slices share the vocabulary; V is their
 *     number then, and the gradient of the hidden states is this slice's part of a sum
 */
public record VocabularyProjection(
    Tensor weight,
    Tensor bias,
    double scale,
    Tensor weightGradient,
    Tensor biasGradient,
    VocabularyPart part) {
  /** A projection to the whole vocabulary. */
  public VocabularyProjection(
      Tensor weight, Tensor bias, double scale, Tensor weightGradient, Tensor biasGradient) {
    this(weight, bias, scale, weightGradient, biasGradient, VocabularyPart.WHOLE);
  }
}

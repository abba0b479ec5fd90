package dev.kindling.model.backend;

import dev.kindling.model.tensor.Tensor;

/**
 * Where attention's backward pass writes.
 *
 * @param query overwritten
 * @param key overwritten
 * @param value overwritten
 * @param bias [H, Tq, Tk], added to; null where there is no bias
 */
public record AttentionGradients(Heads query, Heads key, Heads value, Tensor bias) {}

package dev.kindling.model.nn;

import dev.kindling.model.tensor.Tensor;

/**
 * What the self-attention of all layers of a stack shares in one pass.
 *
 * @param sequences how the rows are sequences
 * @param positions I32 [B × T], for rotary positions; null where nobody needs them
 * @param bias relative positions; null for none
 * @param cache what earlier tokens left; null where there are none
 */
public record AttentionContext(
    Sequences sequences, Tensor positions, RelativeBias.Computed bias, DecoderCache cache) {
  /** Without positions, bias and cache. */
  public static AttentionContext of(Sequences sequences) {
    return new AttentionContext(sequences, null, null, null);
  }
}

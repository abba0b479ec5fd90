package dev.kindling.model.backend;

import dev.kindling.model.tensor.Tensor;

/**
 * What attention (Vaswani et al. 2017) computes on: softmax(scale · q kᵀ + bias) v, where a query
 * sees only the keys that the mask leaves. With fewer key-value heads than query heads, H / G
 * neighbouring query heads share one of the G (grouped-query attention, Ainslie et al. 2023).
 *
 * @param query [B, Tq, H, D]
 * @param key [B, Tk, G, D], where G divides H
 * @param value [B, Tk, G, D]
 * @param scale multiplies q kᵀ
 * @param causal whether position t sees positions 0…t only; Tq = Tk then
 * @param keyLengths I32 [B]: the keys of each sequence that may be seen, 1 or more; null for all
 * @param bias [H, Tq, Tk] of the accumulator type, added to the scaled scores; null for none
 * @param dropout of the probabilities, over [H, Tq, Tk] elements a sample; null for none
 */
public record AttentionInputs(
    Heads query,
    Heads key,
    Heads value,
    double scale,
    boolean causal,
    Tensor keyLengths,
    Tensor bias,
    Dropout dropout) {
  /** Checks that the sizes go together. */
  public AttentionInputs {
    boolean fits =
        query.batch() == key.batch()
            && key.batch() == value.batch()
            && key.length() == value.length()
            && key.numHeads() == value.numHeads()
            && query.headSize() == key.headSize()
            && key.headSize() == value.headSize()
            && query.numHeads() % key.numHeads() == 0
            && (!causal || query.length() == key.length());
    if (!fits) {
      throw new IllegalArgumentException(
          "Queries "
              + query
              + ", keys "
              + key
              + " and values "
              + value
              + " do not go together: expected equal batches and head sizes, as many keys as values,"
              + " query heads that are a multiple of the key heads, and in causal attention as many"
              + " queries as keys");
    }
  }

  /** H / G, the query heads that share one key-value head. */
  public int groupSize() {
    return query.numHeads() / key.numHeads();
  }
}

package dev.kindling.model.objective;

import dev.kindling.model.random.NoiseKey;

/**
 * Consecutive tokens of a text, before an {@link Objective} makes a training sample of them.
 *
 * @param noise what the sample's noise is a function of
 * @param tokens ids of the ordinary vocabulary; not changed
 * @param sentenceEnds how many tokens there are up to the end of each sentence that ends among
 *     them, rising; none where sentences are not known
 * @param other where tokens of another document come from
 */
// The arrays are payload of a record that is never compared.
@SuppressWarnings("ArrayRecordComponent")
public record RawSample(NoiseKey noise, int[] tokens, int[] sentenceEnds, OtherDocument other) {
  /** A sample whose sentences are not known. */
  public RawSample(NoiseKey noise, int[] tokens, OtherDocument other) {
    this(noise, tokens, new int[0], other);
  }

  /** A sample for an objective that needs no other document. */
  public RawSample(NoiseKey noise, int[] tokens) {
    this(noise, tokens, new int[0], OtherDocument.NONE);
  }
}

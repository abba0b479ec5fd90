package dev.kindling.model.objective;

import dev.kindling.model.batch.Batch;
import java.io.Serializable;
import java.util.List;

/**
 * What a model is trained to predict, as data: turns raw tokens into inputs and targets. A sample
 * becomes the same rows whatever else is in the batch, because all of its noise is drawn from its
 * own {@link RawSample#noise()}.
 */
public sealed interface Objective extends Serializable
    permits CausalLanguageModelling, MaskedLanguageModelling, SpanCorruption, Denoising {

  /** The consecutive tokens of a text that one sample takes. */
  int rawTokens();

  /**
   * One row per sample, in their order.
   *
   * @throws IllegalArgumentException if there is no sample, or one has too few or too many tokens
   *     or tokens that are not of the ordinary vocabulary
   */
  Batch batch(List<RawSample> samples);
}

package dev.kindling.model.train;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.predict.CausalModel;
import dev.kindling.model.predict.LogitsListener;

/**
 * A Transformer that continues texts: a decoder alone, which is also asked for its caches.
 *
 * @param model stays its owner's
 */
public record CausalDecoder(InferenceModel model) implements CausalModel {
  /**
   * Looks at the architecture.
   *
   * @throws IllegalArgumentException if it is not a decoder alone
   */
  public CausalDecoder {
    if (!(model.config() instanceof GptConfig)) {
      throw new IllegalArgumentException(
          "A model with a "
              + model.config().getClass().getSimpleName()
              + " was given, which does not continue texts: expected a GPT; encoders score masked"
              + " tokens");
    }
  }

  @Override
  public int vocabSize() {
    return model.vocabSize();
  }

  @Override
  public int contextLength() {
    return model.contextLength();
  }

  @Override
  public float[] tokenLosses(CausalBatch batch) {
    return model.targetLosses(batch);
  }

  @Override
  public void logits(
      int[] tokens, int[] lengths, int[] rows, int rowsPerPart, LogitsListener listener) {
    model.logits(tokens, lengths, rows, rowsPerPart, listener);
  }
}

package dev.kindling.model.predict;

import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;

/** A model that predicts every token of a sequence from those before it. Not thread-safe. */
public interface CausalModel extends TokenModel {
  /**
   * Of a text that is longer than the context, the tokens that every window but the first scores
   * unless the user says otherwise. A model that looks back less far than its windows are long
   * takes so much less than {@link #contextLength} that it misses nothing.
   */
  default int defaultStride() {
    return contextLength();
  }

  /**
   * Cross-entropy of every target.
   *
   * @return nats [B × T]; 0 where the target is {@link Batch#IGNORED}
   * @throws IllegalArgumentException if sizes or ids do not fit the model
   */
  float[] tokenLosses(CausalBatch batch);

  /**
   * The logits of the tokens that follow some positions of sequences that are read as a whole. They
   * are handed over in parts, because all of them may not fit the memory.
   *
   * @param tokens [B × T], each sequence with padding behind it
   * @param lengths [B]: tokens of each sequence, 1 or more
   * @param rows which of the B × T positions, each at most once
   * @param rowsPerPart how many rows are handed over at once at most
   * @throws IllegalArgumentException if sizes or ids do not fit the model
   */
  void logits(int[] tokens, int[] lengths, int[] rows, int rowsPerPart, LogitsListener listener);
}

package dev.kindling.model.generate;

/** A language model as generation sees it: the scores of the token that follows a context. */
@FunctionalInterface
public interface NextTokenLogits {
  /**
   * Scores every token as the next one.
   *
   * @param context token ids, at least one and at most the model's context length
   * @return unnormalised log-probabilities [vocabSize]; read before the next call only
   */
  float[] logits(int[] context);
}

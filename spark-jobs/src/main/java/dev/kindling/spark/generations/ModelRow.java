package dev.kindling.spark.generations;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * A finished model: a row of the table, whose columns have these names in snake case.
 *
 * @param model the generation
 * @param shape in a few words
 * @param parameters with embeddings; of n-grams the stored probabilities and backoffs, of word
 *     vectors their numbers
 * @param tokens read by training; of n-grams the train split's, of word vectors words
 * @param seconds of training; null where it was not this command that trained
 * @param tokensPerSecond over {@code seconds}; of word vectors words
 * @param loss over the whole validation split, nats per token; null of word vectors
 * @param perplexity per token
 * @param bitsPerByte of the validation split's text
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record ModelRow(
    String model,
    String shape,
    long parameters,
    long tokens,
    Double seconds,
    Double tokensPerSecond,
    Double loss,
    Double perplexity,
    Double bitsPerByte) {

  /** Of a model that predicts. */
  static ModelRow predicting(
      PlannedModel planned,
      String shape,
      long parameters,
      long tokens,
      Double seconds,
      double loss,
      HeldOut heldOut) {
    return new ModelRow(
        planned.generation().toString(),
        shape,
        parameters,
        tokens,
        seconds,
        seconds == null ? null : tokens / seconds,
        loss,
        Math.exp(loss),
        heldOut.bitsPerByte(loss));
  }
}

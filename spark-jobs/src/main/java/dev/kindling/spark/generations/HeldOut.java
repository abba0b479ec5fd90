package dev.kindling.spark.generations;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.data.InvalidInputException;

/**
 * The text that all models predict.
 *
 * @param tokens of the whole validation split
 * @param bytes of its text in UTF-8
 */
public record HeldOut(long tokens, long bytes) {
  /**
   * What the details of a manifest of kind {@code tokens} say.
   *
   * @throws InvalidInputException if they do not
   */
  static HeldOut of(JsonNode details) {
    JsonNode split = details.at("/splits/validation");
    HeldOut heldOut = new HeldOut(split.path("tokens").asLong(), split.path("bytes").asLong());
    if (heldOut.tokens < 1 || heldOut.bytes < 1) {
      throw new InvalidInputException(
          "the validation split is " + split,
          "counts of its tokens and of the bytes of its text",
          "tokenize the documents again");
    }
    return heldOut;
  }

  /** What a loss in nats per token is of the text. */
  public double bitsPerByte(double natsPerToken) {
    return natsPerToken * tokens / (bytes * Math.log(2));
  }

  /** The reverse. */
  public double natsPerToken(double bitsPerByte) {
    return bitsPerByte * bytes * Math.log(2) / tokens;
  }
}

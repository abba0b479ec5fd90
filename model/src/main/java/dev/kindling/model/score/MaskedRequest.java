package dev.kindling.model.score;

/**
 * A question to an encoder: how likely is each of some neighbouring tokens, given all others?
 *
 * @param tokens ids with the special tokens that the model expects
 * @param first the first that is scored
 * @param end the one behind the last that is scored
 */
// The array is payload of a record that is never compared.
@SuppressWarnings("ArrayRecordComponent")
public record MaskedRequest(int[] tokens, int first, int end) {
  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if it is not in the sequence; it may be empty
   */
  public MaskedRequest {
    if (first < 0 || end < first || end > tokens.length) {
      throw new IllegalArgumentException(
          "The tokens from "
              + first
              + " to "
              + end
              + " were to be scored: expected a range within the "
              + tokens.length
              + " tokens of the sequence");
    }
  }
}

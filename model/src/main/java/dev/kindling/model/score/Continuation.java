package dev.kindling.model.score;

/**
 * A question to a decoder: how likely are some tokens behind others?
 *
 * @param context the token ids that are given, at least one: where nothing is, the id that ends a
 *     document
 * @param continuation the token ids that are scored, at least one
 */
// The arrays are payload of a record that is never compared.
@SuppressWarnings("ArrayRecordComponent")
public record Continuation(int[] context, int[] continuation) {
  /**
   * Checks that there are tokens.
   *
   * @throws IllegalArgumentException if one of the two is empty
   */
  public Continuation {
    if (context.length == 0 || continuation.length == 0) {
      throw new IllegalArgumentException(
          "A context of "
              + context.length
              + " tokens and a continuation of "
              + continuation.length
              + " were given: expected one token or more in both; where nothing stands before the"
              + " continuation, give the token that ends a document");
    }
  }
}

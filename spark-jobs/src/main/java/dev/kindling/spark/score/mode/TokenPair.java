package dev.kindling.spark.score.mode;

import dev.kindling.model.score.Continuation;
import dev.kindling.spark.score.executor.ScoringModel;
import dev.kindling.spark.score.plan.UnscorableException;
import java.util.Arrays;

/**
 * A context and a continuation as tokens, cut as EleutherAI's lm-evaluation-harness does: both are
 * encoded as one text, because a token may not begin in the middle of what the model knows as one,
 * and spaces at the end of the context belong to the continuation.
 *
 * @param continuation with its whole context
 * @param isTruncated whether the model has no room for all of the context
 */
record TokenPair(Continuation continuation, boolean isTruncated) {
  private static final char NEXT_LINE = 0x85;

  static TokenPair encode(String context, String continuation, ScoringModel model)
      throws UnscorableException {
    String stripped = stripTrailing(context);
    String following = context.substring(stripped.length()) + continuation;
    int[] contextIds = model.tokenizer().encode(stripped);
    int[] whole = model.tokenizer().encode(stripped + following);
    if (whole.length <= contextIds.length) {
      throw new UnscorableException(
          "no-continuation", "'" + following + "' has no token of its own behind its context");
    }
    int[] continuationIds = Arrays.copyOfRange(whole, contextIds.length, whole.length);
    int contextLength = model.model().contextLength();
    if (continuationIds.length > contextLength) {
      throw new UnscorableException(
          "too-long",
          "the continuation has "
              + continuationIds.length
              + " tokens, and the context length is "
              + contextLength);
    }
    int[] given = contextIds.length > 0 ? contextIds : beginning(model);
    return new TokenPair(
        new Continuation(given, continuationIds),
        given.length + continuationIds.length > contextLength + 1);
  }

  /** As Python's {@code rstrip}: with spaces that do not break, too. */
  private static String stripTrailing(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  private static boolean isSpace(char character) {
    return Character.isWhitespace(character)
        || Character.isSpaceChar(character)
        || character == NEXT_LINE;
  }

  private static int[] beginning(ScoringModel model) throws UnscorableException {
    if (model.tokenizer().endOfTextId().isEmpty()) {
      throw new UnscorableException(
          "no-context", "the context is empty, and the vocabulary has no token to begin with");
    }
    return new int[] {model.tokenizer().endOfTextId().getAsInt()};
  }

  int numTokens() {
    return continuation.context().length + continuation.continuation().length;
  }
}

package dev.kindling.spark.generate;

import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.model.generate.Generator;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Strings that end what a model writes, and are not part of it ({@code until} in EleutherAI's
 * lm-evaluation-harness).
 */
public final class StopStrings implements Generator.StopRule {
  /** A character may be cut into as many tokens before and behind a string. */
  private static final int MOST_TOKENS_PER_CHARACTER = 4;

  private final Tokenizer tokenizer;
  private final List<String> strings;
  private final int numTokens;

  /**
   * @param strings none of them empty
   */
  public StopStrings(Tokenizer tokenizer, List<String> strings) {
    this.tokenizer = tokenizer;
    this.strings = List.copyOf(strings);
    int mostBytes =
        strings.stream()
            .mapToInt(string -> string.getBytes(StandardCharsets.UTF_8).length)
            .max()
            .orElse(0);
    // Every token has one byte at least.
    this.numTokens = mostBytes + MOST_TOKENS_PER_CHARACTER;
  }

  /** Whether one of the strings ends with the newest token, or in its middle. */
  @Override
  public boolean stops(int text, IntBuffer newTokens) {
    if (strings.isEmpty()) {
      return false;
    }
    int count = Math.min(numTokens, newTokens.remaining());
    int[] tail = new int[count];
    newTokens.get(newTokens.limit() - count, tail);
    return isIn(tokenizer.decode(tail));
  }

  /** Whether a text has one of the strings. */
  public boolean isIn(String text) {
    return strings.stream().anyMatch(text::contains);
  }

  /** What stands before the first of the strings. */
  public String cut(String text) {
    int end = text.length();
    for (String string : strings) {
      int index = text.indexOf(string);
      end = index >= 0 ? Math.min(end, index) : end;
    }
    return text.substring(0, end);
  }
}

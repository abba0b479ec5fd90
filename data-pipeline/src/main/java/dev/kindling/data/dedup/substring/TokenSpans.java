package dev.kindling.data.dedup.substring;

import dev.kindling.data.words.WordForm;
import dev.kindling.data.words.WordHashes;
import java.util.Arrays;

/** Spans of tokens of one text: the first token and the one behind the last, of each span. */
final class TokenSpans {
  private TokenSpans() {}

  /**
   * A text without its spans.
   *
   * @param numTokens removed
   * @param numCharacters removed, in code points
   * @param wordless whether no token is left
   */
  record CutText(String text, int numSpans, int numTokens, int numCharacters, boolean wordless) {}

  /**
   * The spans that windows cover together; those that overlap or touch are one.
   *
   * @param starts the first tokens of the windows, in any order; sorted here
   * @param numTokens the tokens in a window
   * @return first and end of each span, in ascending order
   */
  static int[] covered(int[] starts, int numTokens) {
    Arrays.sort(starts);
    int[] spans = new int[2 * starts.length];
    int numEnds = 0;
    for (int start : starts) {
      if (numEnds == 0 || start > spans[numEnds - 1]) {
        spans[numEnds] = start;
        numEnds += 2;
      }
      spans[numEnds - 1] = start + numTokens;
    }
    return Arrays.copyOf(spans, numEnds);
  }

  /**
   * Removes spans from a text. With a span goes what separates it from the text behind it: up to
   * the last white space before the next token, or up to that token where there is none. All else
   * stays as it is.
   *
   * @param spans see {@link #covered}
   */
  static CutText removed(String text, int[] spans) {
    return cut(text, spans, "");
  }

  /** As above, with a mask in the place of each span, and all separators as they were. */
  static CutText masked(String text, int[] spans, String mask) {
    return cut(text, spans, mask);
  }

  private static CutText cut(String text, int[] spans, String mask) {
    StringBuilder left = new StringBuilder(text.length());
    Tokens tokens = new Tokens(text);
    int numRemoved = 0;
    int numCharacters = 0;
    int copiedTo = 0;
    for (int i = 0; i < spans.length; i += 2) {
      tokens.moveTo(spans[i]);
      int start = tokens.start();
      tokens.moveTo(spans[i + 1] - 1);
      int end = tokens.end();
      if (mask.isEmpty()) {
        tokens.moveTo(spans[i + 1]);
        end = behind(text, end, tokens.start());
      }
      left.append(text, copiedTo, start).append(mask);
      copiedTo = end;
      numRemoved += spans[i + 1] - spans[i];
      numCharacters += text.codePointCount(start, end);
    }
    left.append(text, copiedTo, text.length());
    boolean wordless = tokens.moveToEnd() == numRemoved;
    return new CutText(left.toString(), spans.length / 2, numRemoved, numCharacters, wordless);
  }

  private static int behind(String text, int end, int next) {
    int behind = next;
    while (behind > end && !Character.isWhitespace(text.charAt(behind - 1))) {
      behind--;
    }
    return behind == end ? next : behind;
  }

  /** A cursor over the tokens of a text. */
  private static final class Tokens {
    private final String text;
    private final WordHashes words;
    private int numRead;
    private boolean atEnd;

    Tokens(String text) {
      this.text = text;
      this.words = new WordHashes(text, WordForm.WRITTEN);
    }

    /** Moves on to a token by its number; to the end where there are not so many. */
    void moveTo(int token) {
      while (!atEnd && numRead <= token) {
        if (words.next()) {
          numRead++;
        } else {
          atEnd = true;
        }
      }
    }

    /** Moves on to the end, and says how many tokens there are. */
    int moveToEnd() {
      moveTo(Integer.MAX_VALUE - 1);
      return numRead;
    }

    int start() {
      return atEnd ? text.length() : words.start();
    }

    int end() {
      return atEnd ? text.length() : words.end();
    }
  }
}

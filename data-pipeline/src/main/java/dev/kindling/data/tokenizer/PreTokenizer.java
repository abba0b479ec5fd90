package dev.kindling.data.tokenizer;

import static dev.kindling.data.tokenizer.CharacterClasses.SPACE;

/**
 * Cuts text into the words that byte-level BPE merges within, exactly as GPT-2's regular expression
 * does:
 *
 * <pre>{@code
 * 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 * }</pre>
 *
 * but in one pass without backtracking, so that no text is slow. The words cover the text.
 */
final class PreTokenizer {
  private PreTokenizer() {}

  /** The end of the word that starts at {@code start < end}. */
  static int wordEnd(char[] text, int start, int end) {
    char first = text[start];
    if (first == '\'') {
      int contraction = contractionLength(text, start, end);
      if (contraction > 0) {
        return start + contraction;
      }
    }
    int runStart = start;
    byte type = classAt(text, start, end);
    if (type == SPACE) {
      int spacesEnd = runEnd(text, start, end, SPACE);
      if (spacesEnd == end) {
        return end;
      }
      if (spacesEnd - start > 1) {
        // The last one is left to the word that follows.
        return spacesEnd - 1;
      }
      if (first != ' ') {
        return spacesEnd;
      }
      runStart = spacesEnd;
      type = classAt(text, runStart, end);
    }
    return runEnd(text, runStart, end, type);
  }

  private static int runEnd(char[] text, int start, int end, byte type) {
    int i = start;
    while (i < end && classAt(text, i, end) == type) {
      i += Character.isHighSurrogate(text[i]) ? charCountAt(text, i, end) : 1;
    }
    return i;
  }

  private static byte classAt(char[] text, int index, int end) {
    char c = text[index];
    if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
      return CharacterClasses.of(c);
    }
    return CharacterClasses.of(Utf8.codePointAt(text, index, end));
  }

  private static int charCountAt(char[] text, int index, int end) {
    return Character.charCount(Utf8.codePointAt(text, index, end));
  }

  private static int contractionLength(char[] text, int start, int end) {
    if (start + 1 >= end) {
      return 0;
    }
    char second = text[start + 1];
    if (second == 's' || second == 't' || second == 'm' || second == 'd') {
      return 2;
    }
    if (start + 2 >= end) {
      return 0;
    }
    char third = text[start + 2];
    boolean two =
        (second == 'r' && third == 'e')
            || (second == 'v' && third == 'e')
            || (second == 'l' && third == 'l');
    return two ? 3 : 0;
  }
}

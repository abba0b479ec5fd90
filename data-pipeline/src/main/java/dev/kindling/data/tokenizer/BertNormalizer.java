package dev.kindling.data.tokenizer;

import java.io.Serializable;
import java.text.Normalizer;

/**
 * BERT's normalizer (Devlin et al. 2019), step by step as Hugging Face's {@code BertNormalizer}.
 *
 * @param cleanText removes control characters and turns white space into spaces
 * @param handleChineseChars puts spaces around ideographs
 * @param stripAccents decomposes characters (NFD) and removes the marks
 * @param lowercase lower-cases each character by itself
 */
record BertNormalizer(
    boolean cleanText, boolean handleChineseChars, boolean stripAccents, boolean lowercase)
    implements Serializable {
  private static final int CAPITAL_I_WITH_DOT = 0x130;

  /** BERT's own settings, which strip accents exactly where they lower-case. */
  static BertNormalizer bert(boolean lowercase) {
    return new BertNormalizer(true, true, lowercase, lowercase);
  }

  /** The normalized form of a range of {@code text}. */
  char[] normalize(char[] text, int start, int end) {
    StringBuilder normalized = clean(text, start, end);
    if (stripAccents && !isAscii(normalized)) {
      normalized = withoutAccents(normalized);
    }
    if (lowercase) {
      normalized = lowercased(normalized);
    }
    char[] characters = new char[normalized.length()];
    normalized.getChars(0, characters.length, characters, 0);
    return characters;
  }

  private StringBuilder clean(char[] text, int start, int end) {
    StringBuilder cleaned = new StringBuilder(end - start + 16);
    for (int i = start; i < end; ) {
      int codePoint = Utf8.codePointAt(text, i, end);
      i += Character.charCount(codePoint);
      if (cleanText && BertCharacters.isRemoved(codePoint)) {
        continue;
      }
      if (cleanText && BertCharacters.isSpace(codePoint)) {
        cleaned.append(' ');
      } else if (handleChineseChars && BertCharacters.isChinese(codePoint)) {
        cleaned.append(' ').appendCodePoint(codePoint).append(' ');
      } else {
        cleaned.appendCodePoint(codePoint);
      }
    }
    return cleaned;
  }

  private static StringBuilder withoutAccents(StringBuilder text) {
    String decomposed = Normalizer.normalize(text, Normalizer.Form.NFD);
    StringBuilder stripped = new StringBuilder(decomposed.length());
    decomposed
        .codePoints()
        .filter(codePoint -> !BertCharacters.isAccent(codePoint))
        .forEach(stripped::appendCodePoint);
    return stripped;
  }

  private static StringBuilder lowercased(StringBuilder text) {
    StringBuilder lower = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            codePoint -> {
              lower.appendCodePoint(Character.toLowerCase(codePoint));
              if (codePoint == CAPITAL_I_WITH_DOT) {
                // The one character that has two in lower case.
                lower.append('\u0307');
              }
            });
    return lower;
  }

  private static boolean isAscii(CharSequence text) {
    return text.chars().allMatch(c -> c < 0x80);
  }
}

package dev.kindling.data.extract;

import java.text.Normalizer;

/**
 * Brings text into Unicode's composed form (NFC, UAX #15), ends every line with {@code \n}, and
 * removes what is not seen: control characters but tab, zero-width space, word joiner, byte-order
 * mark, soft hyphen and the marks of writing direction. The zero-width joiner and non-joiner stay,
 * since Persian, the scripts of India and emoji need them. Text that has none of these comes out as
 * it is.
 */
final class TextNormalizer {
  private TextNormalizer() {}

  static String normalize(String text) {
    String visible = removeInvisible(text);
    return Normalizer.isNormalized(visible, Normalizer.Form.NFC)
        ? visible
        : Normalizer.normalize(visible, Normalizer.Form.NFC);
  }

  private static String removeInvisible(String text) {
    int first = 0;
    while (first < text.length() && isKept(text.charAt(first))) {
      first++;
    }
    if (first == text.length()) {
      return text;
    }
    StringBuilder kept = new StringBuilder(text.length()).append(text, 0, first);
    for (int i = first; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isKept(c)) {
        kept.append(c);
      } else if (isLineEnd(c)
          && !(c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n')) {
        kept.append('\n');
      }
    }
    return kept.toString();
  }

  private static boolean isLineEnd(char c) {
    return c == '\r' || c == '\u0085' || c == '\u2028' || c == '\u2029';
  }

  private static boolean isKept(char c) {
    if (c < 0x80) {
      return (c >= ' ' && c != 0x7F) || c == '\n' || c == '\t';
    }
    return !(c < 0xA0
        || c == '\u00AD'
        || c == '\u200B'
        || (c >= '\u200E' && c <= '\u200F')
        || (c >= '\u2028' && c <= '\u202E')
        || (c >= '\u2060' && c <= '\u2069')
        || c == '\uFEFF');
  }
}

package dev.kindling.data.dedup.minhash;

import java.text.Normalizer;

/**
 * The hashes of a text's words, in their order. Words are compared in the normal form of datatrove:
 * in lower case, every number as 0, without punctuation, and without accents (the non-spacing marks
 * of NFD).
 *
 * <p>A word is a run of letters and digits. As in Unicode's word boundaries (UAX 29), an apostrophe
 * between letters and a point or comma between digits do not end it; and in scripts that are
 * written without spaces, each character is a word of its own, so that their texts need no
 * dictionary.
 */
final class WordHashes {
  private static final int FIRST_COMPOSED = 0xC0;

  private final String text;
  private int position;
  private long hash;

  private enum Kind {
    LETTER,
    DIGIT,
    /** A character of a script without spaces. */
    UNSPACED,
    /** Belongs to what is before it. */
    IGNORED,
    SEPARATOR
  }

  WordHashes(String text) {
    this.text = decomposed(text);
  }

  /** Moves on to the next word; false at the end. */
  boolean next() {
    long word = Hash64.EMPTY;
    Kind last = Kind.SEPARATOR;
    while (position < text.length()) {
      int c = text.codePointAt(position);
      Kind kind = kind(c);
      boolean inWord = last != Kind.SEPARATOR;
      if (inWord && (kind == Kind.UNSPACED || (kind == Kind.SEPARATOR && !joins(c, last)))) {
        break;
      }
      position += Character.charCount(c);
      switch (kind) {
        case LETTER -> {
          word = Hash64.append(word, Character.toLowerCase(c));
          last = kind;
        }
        case DIGIT -> {
          word = last == Kind.DIGIT ? word : Hash64.append(word, '0');
          last = kind;
        }
        case UNSPACED -> {
          hash = Hash64.mix(Hash64.append(word, c));
          return true;
        }
        case IGNORED, SEPARATOR -> {}
      }
    }
    hash = Hash64.mix(word);
    return last != Kind.SEPARATOR;
  }

  /** The hash of the word that {@link #next} found. */
  long hash() {
    return hash;
  }

  private boolean joins(int separator, Kind last) {
    boolean joiner =
        switch (separator) {
          case '\'', '\u2019' -> last == Kind.LETTER;
          case '.', ',' -> last == Kind.DIGIT;
          default -> false;
        };
    int next = position + 1;
    return joiner && next < text.length() && kind(text.codePointAt(next)) == last;
  }

  private static Kind kind(int c) {
    return switch (Character.getType(c)) {
      case Character.LOWERCASE_LETTER, Character.UPPERCASE_LETTER, Character.TITLECASE_LETTER ->
          Kind.LETTER;
      case Character.OTHER_LETTER,
          Character.MODIFIER_LETTER,
          Character.LETTER_NUMBER,
          Character.COMBINING_SPACING_MARK ->
          isUnspaced(c) ? Kind.UNSPACED : Kind.LETTER;
      case Character.DECIMAL_DIGIT_NUMBER, Character.OTHER_NUMBER -> Kind.DIGIT;
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> Kind.IGNORED;
      default -> Kind.SEPARATOR;
    };
  }

  /** Han, Hiragana, Katakana, Thai, Lao, Myanmar and Khmer, by their blocks. */
  private static boolean isUnspaced(int c) {
    return (c >= 0x0E00 && c <= 0x0EFF)
        || (c >= 0x1000 && c <= 0x109F)
        || (c >= 0x1780 && c <= 0x17FF)
        || (c >= 0x3040 && c <= 0x30FF)
        || (c >= 0x31F0 && c <= 0x31FF)
        || (c >= 0xFF66 && c <= 0xFF9D)
        || Character.isIdeographic(c);
  }

  private static String decomposed(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= FIRST_COMPOSED) {
        return Normalizer.normalize(text, Normalizer.Form.NFD);
      }
    }
    return text;
  }
}

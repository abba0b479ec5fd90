package dev.kindling.data.words;

import java.text.Normalizer;

/**
 * The hashes of a text's words, in their order, and where they stand.
 *
 * <p>A word is a run of letters and digits. As in Unicode's word boundaries (UAX 29), an apostrophe
 * between letters and a point or comma between digits do not end it, and marks belong to the letter
 * before them; and in scripts that are written without spaces, each character is a word of its own,
 * so that their texts need no dictionary.
 */
public final class WordHashes {
  private static final int FIRST_COMPOSED = 0xC0;

  private final String text;
  private final WordForm form;
  private int position;
  private int start;
  private int end;
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

  /**
   * Before the first word of a text.
   *
   * @param form in which words are hashed: those with the same form have the same hash
   */
  public WordHashes(String text, WordForm form) {
    this.text = form == WordForm.FOLDED ? decomposed(text) : text;
    this.form = form;
  }

  /** Moves on to the next word; false at the end. */
  public boolean next() {
    long word = Hash64.EMPTY;
    Kind last = Kind.SEPARATOR;
    while (position < text.length()) {
      int c = text.codePointAt(position);
      Kind kind = kind(c);
      boolean inWord = last != Kind.SEPARATOR;
      if (inWord && endsWord(c, kind, last)) {
        break;
      }
      boolean ofWord = kind != Kind.IGNORED && kind != Kind.SEPARATOR;
      if (ofWord) {
        start = inWord ? start : position;
        word = append(word, c, kind, last);
        last = kind;
      }
      position += Character.charCount(c);
      end = ofWord || (inWord && kind == Kind.IGNORED) ? position : end;
    }
    hash = form == WordForm.WRITTEN ? Hash64.of(text, start, end) : Hash64.mix(word);
    return last != Kind.SEPARATOR;
  }

  /** The hash of the word that {@link #next} found. */
  public long hash() {
    return hash;
  }

  /**
   * The UTF-16 index of the word's first character, in the text, or in its NFD where words are
   * {@link WordForm#FOLDED}.
   */
  public int start() {
    return start;
  }

  /** The UTF-16 index behind the word's last character, as above. */
  public int end() {
    return end;
  }

  private long append(long word, int c, Kind kind, Kind last) {
    return switch (form) {
      case WRITTEN -> word;
      case LOWER_CASE -> Hash64.append(word, Character.toLowerCase(c));
      case FOLDED ->
          switch (kind) {
            case DIGIT -> last == Kind.DIGIT ? word : Hash64.append(word, '0');
            case LETTER, UNSPACED, IGNORED, SEPARATOR ->
                Hash64.append(word, Character.toLowerCase(c));
          };
    };
  }

  private boolean endsWord(int c, Kind kind, Kind last) {
    return switch (kind) {
      case UNSPACED -> true;
      case LETTER, DIGIT -> last == Kind.UNSPACED;
      case IGNORED -> false;
      case SEPARATOR -> !joins(c, last);
    };
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

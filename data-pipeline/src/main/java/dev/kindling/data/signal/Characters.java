package dev.kindling.data.signal;

import com.ibm.icu.lang.UProperty;
import com.ibm.icu.text.UnicodeSet;
import java.lang.Character.UnicodeScript;
import java.util.BitSet;

/** Classes of characters as the published filters know them. */
final class Characters {
  // Of every script, as Unicode's property says.
  private static final BitSet SENTENCE_TERMINALS = sentenceTerminals();

  // The list that CCNet (Wenzek et al. 2020) removes, beyond ASCII's punctuation, controls and
  // sentence ends. Its full-width one is an oddity that counts of other systems contain.
  private static final String CCNET_PUNCTUATION = "«´»–—’“”„…∶━►、。〈〉《》「」【】！％（），．１：；？～";
  private static final BitSet PUNCTUATION = punctuation();

  private Characters() {}

  private static BitSet sentenceTerminals() {
    BitSet terminals = new BitSet();
    new UnicodeSet()
        .applyIntPropertyValue(UProperty.S_TERM, 1)
        .forEach(terminal -> terminals.set(terminal.codePointAt(0)));
    return terminals;
  }

  private static BitSet punctuation() {
    BitSet punctuation = new BitSet();
    punctuation.or(SENTENCE_TERMINALS);
    CCNET_PUNCTUATION.codePoints().forEach(punctuation::set);
    for (int c = 0; c < 160; c++) {
      boolean control = Character.isISOControl(c) && c != '\t' && c != '\n';
      boolean asciiPunctuation = c > ' ' && c < 127 && !Character.isLetterOrDigit(c);
      punctuation.set(c, punctuation.get(c) || control || asciiPunctuation);
    }
    return punctuation;
  }

  /** Whether sentences end with it in any script: Unicode's Sentence_Terminal. */
  static boolean isSentenceTerminal(int c) {
    return SENTENCE_TERMINALS.get(c);
  }

  /** Whether a word of such characters only is a symbol in Gopher's sense. */
  static boolean isPunctuation(int c) {
    return PUNCTUATION.get(c);
  }

  /** Whitespace with the no-break spaces and the next-line control, as Python strips it. */
  static boolean isSpace(int c) {
    if (c < 0x80) {
      return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
    }
    if (c < 0x1680) {
      return c == 0x85 || c == 0xa0;
    }
    return c == 0x1680
        || (c >= 0x2000 && c <= 0x200a)
        || c == 0x2028
        || c == 0x2029
        || c == 0x202f
        || c == 0x205f
        || c == 0x3000;
  }

  /** Chinese, Japanese or Korean. */
  static boolean isCjk(int c) {
    if (c < 0x1100) {
      return false;
    }
    return switch (UnicodeScript.of(c)) {
      case HAN, HIRAGANA, KATAKANA, BOPOMOFO, HANGUL -> true;
      default -> false;
    };
  }

  static boolean isHan(int c) {
    return c >= 0x2e80 && UnicodeScript.of(c) == UnicodeScript.HAN;
  }

  /** Of a script that is written without spaces between words. */
  static boolean isUnspaced(int c) {
    if (c < 0xe00) {
      return false;
    }
    return switch (UnicodeScript.of(c)) {
      case HAN, HIRAGANA, KATAKANA, BOPOMOFO, THAI, LAO, KHMER, MYANMAR ->
          Character.isLetter(c) || isMark(c);
      default -> c == 'ー';
    };
  }

  static boolean isMark(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK ->
          true;
      default -> false;
    };
  }

  /** The first index from {@code start} that is no whitespace, or {@code end}. */
  static int skipSpace(String text, int start, int end) {
    int i = start;
    while (i < end && isSpace(text.charAt(i))) {
      i++;
    }
    return i;
  }

  /** The index behind the last character before {@code end} that is no whitespace. */
  static int trimSpace(String text, int start, int end) {
    int i = end;
    while (i > start && isSpace(text.charAt(i - 1))) {
      i--;
    }
    return i;
  }
}

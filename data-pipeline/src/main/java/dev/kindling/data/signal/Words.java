package dev.kindling.data.signal;

import com.ibm.icu.text.BreakIterator;
import com.ibm.icu.util.ULocale;
import java.text.StringCharacterIterator;

/**
 * The words of a text, punctuation included.
 *
 * <p>In scripts with spaces a word is a run of letters, marks and digits of any script. An
 * apostrophe, hyphen, full stop, slash or underscore between two of these belongs to the word, a
 * comma or colon between two digits too. In English, contractions are split as the Penn Treebank
 * does: {@code do|n't}, {@code it|'s}. Any other visible character is a word of its own, except
 * that a run of one and the same of {@code . - – — = * _ ~ + / | …} is one word. In plain cases
 * these are the words of NLTK, which datatrove uses; unlike there, a full stop behind an
 * abbreviation is always a word, and so is each sign in {@code C++}-like names.
 *
 * <p>Chinese, Japanese, Thai, Lao, Khmer and Burmese runs are segmented by the dictionaries of ICU.
 */
public final class Words {
  private static final String JOINERS = "'’-.,:/_";
  private static final String REPEATABLE = ".-–—=*_~+/|…";
  private static final char ZERO_WIDTH_NON_JOINER = 0x200c;
  private static final char ZERO_WIDTH_JOINER = 0x200d;

  private static final ThreadLocal<BreakIterator> DICTIONARIES =
      ThreadLocal.withInitial(() -> BreakIterator.getWordInstance(ULocale.ROOT));

  private final String text;
  private final boolean english;
  private final Spans spans = new Spans();

  private Words(String text, boolean english) {
    this.text = text;
    this.english = english;
  }

  /**
   * The words of a text.
   *
   * @param language an ISO 639-1 code, {@code und} where it is not known
   */
  public static Words of(String text, String language) {
    Words words = new Words(text, language.equals("en"));
    words.split();
    return words;
  }

  /** The number of words. */
  public int size() {
    return spans.size();
  }

  /** A word. */
  public String get(int index) {
    return text.substring(start(index), end(index));
  }

  /** The UTF-16 index of a word's first character. */
  public int start(int index) {
    return spans.start(index);
  }

  /** The UTF-16 index behind a word's last character. */
  public int end(int index) {
    return spans.end(index);
  }

  private void split() {
    int i = 0;
    while (i < text.length()) {
      int c = text.codePointAt(i);
      if (Characters.isSpace(c)) {
        i += Character.charCount(c);
      } else if (Characters.isUnspaced(c)) {
        i = addUnspaced(i);
      } else if (isOfWord(c)) {
        i = addSpaced(i);
      } else {
        i = addSymbol(i, c);
      }
    }
  }

  private int addUnspaced(int start) {
    int end = start;
    while (end < text.length() && isUnspacedOrMark(text.codePointAt(end))) {
      end += Character.charCount(text.codePointAt(end));
    }
    BreakIterator dictionary = DICTIONARIES.get();
    dictionary.setText(new StringCharacterIterator(text.substring(start, end)));
    int from = dictionary.first();
    for (int to = dictionary.next(); to != BreakIterator.DONE; to = dictionary.next()) {
      spans.add(start + from, start + to);
      from = to;
    }
    return end;
  }

  private static boolean isUnspacedOrMark(int c) {
    return Characters.isUnspaced(c) || (c > 0x7f && Characters.isMark(c));
  }

  private int addSpaced(int start) {
    int end = start;
    while (end < text.length()) {
      int c = text.codePointAt(end);
      if (isOfWord(c) && !Characters.isUnspaced(c)) {
        end += Character.charCount(c);
      } else if (joins(c, end)) {
        end++;
      } else {
        break;
      }
    }
    int contraction = english ? Contractions.start(text, start, end) : end;
    spans.add(start, contraction);
    if (contraction < end) {
      spans.add(contraction, end);
    }
    return end;
  }

  /** Whether a sign stands between two characters of a word that it holds together. */
  private boolean joins(int c, int index) {
    if (JOINERS.indexOf(c) < 0 || index + 1 >= text.length()) {
      return false;
    }
    int next = text.codePointAt(index + 1);
    if (c == ',' || c == ':') {
      return Character.isDigit(text.charAt(index - 1)) && Character.isDigit(next);
    }
    return isOfWord(next) && !Characters.isUnspaced(next);
  }

  private int addSymbol(int start, int c) {
    int end = start + Character.charCount(c);
    if (REPEATABLE.indexOf(c) >= 0) {
      while (end < text.length() && text.charAt(end) == c) {
        end++;
      }
    }
    spans.add(start, end);
    return end;
  }

  private static boolean isOfWord(int c) {
    if (c < 0x80) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
    return Character.isLetterOrDigit(c)
        || Characters.isMark(c)
        || c == ZERO_WIDTH_JOINER
        || c == ZERO_WIDTH_NON_JOINER;
  }
}

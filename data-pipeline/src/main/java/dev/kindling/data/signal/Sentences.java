package dev.kindling.data.signal;

import com.ibm.icu.text.BreakIterator;
import com.ibm.icu.util.ULocale;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds sentences with the rules of Unicode (UAX 29) and ICU's list of English abbreviations that
 * end none, such as {@code Mr.}: the place of NLTK's Punkt in datatrove, whose trained lists it
 * does not have. Unlike there, {@code "Come!" he said.} is two sentences.
 */
public final class Sentences {
  private static final ThreadLocal<BreakIterator> RULES =
      ThreadLocal.withInitial(
          () -> BreakIterator.getSentenceInstance(ULocale.forLanguageTag("en-u-ss-standard")));

  private Sentences() {}

  /**
   * Cuts a text into its sentences. Space between two belongs to the second, as it belongs to the
   * words of byte-level tokenizers: a sentence may begin with space, and ends with none but at the
   * end of the text.
   *
   * @param text not empty
   * @return parts that give the text when they are put together
   */
  public static List<String> split(String text) {
    BreakIterator rules = RULES.get();
    rules.setText(text);
    List<String> sentences = new ArrayList<>();
    int from = 0;
    rules.first();
    for (int to = rules.next(); to != BreakIterator.DONE; to = rules.next()) {
      int end = to;
      while (to < text.length() && end > from && Character.isWhitespace(text.charAt(end - 1))) {
        end--;
      }
      // What is space only begins the next sentence.
      if (end > from) {
        sentences.add(text.substring(from, end));
        from = end;
      }
    }
    return sentences;
  }

  /** The number of sentences of a line, those without an end included. */
  static int count(String line) {
    BreakIterator rules = RULES.get();
    rules.setText(line);
    int count = 0;
    int from = rules.first();
    for (int to = rules.next(); to != BreakIterator.DONE; to = rules.next()) {
      count += Characters.skipSpace(line, from, to) < to ? 1 : 0;
      from = to;
    }
    return count;
  }
}

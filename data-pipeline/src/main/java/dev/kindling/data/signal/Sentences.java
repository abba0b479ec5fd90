package dev.kindling.data.signal;

import com.ibm.icu.text.BreakIterator;
import com.ibm.icu.util.ULocale;

/**
 * Counts sentences with the rules of Unicode (UAX 29) and ICU's list of English abbreviations that
 * end none, such as {@code Mr.}: the place of NLTK's Punkt in datatrove, whose trained lists it
 * does not have. Unlike there, {@code "Come!" he said.} is two sentences.
 */
final class Sentences {
  private static final ThreadLocal<BreakIterator> RULES =
      ThreadLocal.withInitial(
          () -> BreakIterator.getSentenceInstance(ULocale.forLanguageTag("en-u-ss-standard")));

  private Sentences() {}

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

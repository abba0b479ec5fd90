package dev.kindling.data.signal;

import dev.kindling.data.signal.C4Lines.Verdict;
import java.util.Optional;

/** Measures all {@link Signal}s of a text, in time linear in its length. */
public final class TextSignals {
  private TextSignals() {}

  /**
   * The values of all signals.
   *
   * @param language an ISO 639-1 code, {@code und} where it is not known: English contractions are
   *     split ({@link Words})
   */
  public static SignalValues compute(String text, String language) {
    return compute(text, language, C4Lines.apply(text, true));
  }

  /**
   * As {@link #compute(String, String)}, for a text of which C4's rules have dropped lines.
   *
   * @param c4 what they found in the text as it was before, which is what C4's signals say
   */
  public static SignalValues compute(String text, String language, C4Lines.Result c4) {
    SignalValues values = new SignalValues();
    Spans lines = Spans.lines(text);
    Spans nonBlankLines = Spans.nonBlankLines(text);
    Spans paragraphs = Spans.paragraphs(text);
    WordFeatures words = new WordFeatures(text, Words.of(text, language));

    CharacterSignals.compute(text, values);
    values.set(Signal.PARAGRAPHS, paragraphs.size());
    words.setSignals(values);
    LineSignals ofLines = new LineSignals(text);
    ofLines.computeOfLines(lines, values);
    ofLines.computeOfNonBlankLines(nonBlankLines, values);
    ofLines.computeSymbols(values);
    new RepetitionSignals(text, values).compute(paragraphs, nonBlankLines, words);
    setC4(c4, values);
    return values;
  }

  private static void setC4(C4Lines.Result c4, SignalValues values) {
    values.set(Signal.C4_LONG_WORD_LINES, c4.numLongWord());
    values.set(Signal.C4_UNPUNCTUATED_LINES, c4.numUnpunctuated());
    values.set(Signal.C4_SHORT_LINES, c4.numShort());
    values.set(Signal.C4_JAVASCRIPT_LINES, c4.numJavascript());
    values.set(Signal.C4_POLICY_LINES, c4.numPolicy());
    values.set(Signal.C4_KEPT_LINES, c4.numKept());
    values.set(Signal.C4_SENTENCES, c4.numSentences());
    values.set(Signal.C4_LOREM_IPSUM, is(Verdict.LOREM_IPSUM, c4.verdict()));
    values.set(Signal.C4_CURLY_BRACKET, is(Verdict.CURLY_BRACKET, c4.verdict()));
  }

  private static int is(Verdict expected, Optional<Verdict> verdict) {
    return verdict.equals(Optional.of(expected)) ? 1 : 0;
  }
}

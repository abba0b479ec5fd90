package dev.kindling.data.signal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RepetitionSignalsTest {
  private static double value(String text, Signal signal) {
    return TextSignals.compute(text, "en").get(signal);
  }

  @Test
  void paragraphsThatStoodBeforeAreCountedWithoutTheFirst() {
    // 4 + 2 + 4 + 2 + 2 + 2 + 4 = 20 characters; 2 of 4 paragraphs with 8 characters are repeated.
    String text = "abcd\n\nabcd\n\nxy\n\nabcd";
    assertThat(value(text, Signal.DUP_PARAGRAPH_FRACTION)).isEqualTo(2.0 / 4);
    assertThat(value(text, Signal.DUP_PARAGRAPH_CHAR_FRACTION)).isEqualTo(8.0 / 20);
  }

  @Test
  void linesThatStoodBeforeAreCountedWithTheEmptyOnesAtBothEnds() {
    // Parts: "", "ab", "ab", "". The second "ab" and the second "" stood before; 8 characters.
    String text = "\nab\n\nab\n";
    assertThat(value(text, Signal.DUP_LINE_FRACTION)).isEqualTo(2.0 / 4);
    assertThat(value(text, Signal.DUP_LINE_CHAR_FRACTION)).isEqualTo(2.0 / 8);
  }

  @Test
  void duplicateNonBlankLinesAreSharesOfTheCharactersWithoutLineFeeds() {
    // "ab", " ", "ab", "c": 2 characters stood before, of 2 + 1 + 2 + 1 = 6.
    assertThat(value("ab\n \nab\nc", Signal.DUP_NON_BLANK_LINE_CHAR_FRACTION)).isEqualTo(2.0 / 6);
    // 3 line feeds, 3 words.
    assertThat(value("ab\n \nab\nc", Signal.NEWLINES_PER_WORD)).isEqualTo(3.0 / 3);
  }

  @Test
  void theMostFrequentSequenceCountsWithSpaces() {
    // 15 characters; "a b" (3 characters) stands three times, "b c", "c a", "b a" less often.
    String text = "a b c a b a b d";
    assertThat(value(text, Signal.TOP_2_GRAM_CHAR_FRACTION)).isEqualTo(3.0 * 3 / 15);
    // "a b c", "b c a", "c a b", "a b a", "b a b", "a b d": each once, so the first.
    assertThat(value(text, Signal.TOP_3_GRAM_CHAR_FRACTION)).isEqualTo(5.0 / 15);
  }

  @Test
  void amongEquallyFrequentSequencesTheFirstCounts() {
    // "long word" stands first, once, as does every other.
    assertThat(value("long word a b", Signal.TOP_2_GRAM_CHAR_FRACTION)).isEqualTo(9.0 / 13);
    assertThat(value("a b long word", Signal.TOP_2_GRAM_CHAR_FRACTION)).isEqualTo(3.0 / 13);
  }

  @Test
  void repeatedSequencesCountWithoutSpacesAndTheScanJumpsBehindThem() {
    // 11 × "a": the sequence of 5 at 0 is new, at 1 it is repeated (5 characters) and the scan
    // goes on at 6, where it is repeated again (5) and goes on at 11. 21 characters in all.
    String text = "a a a a a a a a a a a";
    assertThat(value(text, Signal.DUP_5_GRAM_CHAR_FRACTION)).isEqualTo(10.0 / 21);
    // Of 10: new at 0, repeated at 1.
    assertThat(value(text, Signal.DUP_10_GRAM_CHAR_FRACTION)).isEqualTo(10.0 / 21);
  }

  @Test
  void repeatedSequencesAreComparedWithoutTheirWordBoundaries() {
    // "ab c d e f" and "a bc d e f" are both "abcdef"; 10 + 3 + 10 = 23 characters.
    assertThat(value("ab c d e f x a bc d e f", Signal.DUP_5_GRAM_CHAR_FRACTION))
        .isEqualTo(6.0 / 23);
    // The most frequent sequence keeps its spaces: all are single.
    assertThat(value("ab c x a bc", Signal.TOP_2_GRAM_CHAR_FRACTION)).isEqualTo(4.0 / 11);
  }

  @Test
  void textsShorterThanASequenceRepeatNothing() {
    for (String text : List.of("", "a", "a a")) {
      SignalValues values = TextSignals.compute(text, "en");
      assertThat(values.get(Signal.TOP_3_GRAM_CHAR_FRACTION)).isZero();
      assertThat(values.get(Signal.DUP_5_GRAM_CHAR_FRACTION)).isZero();
      assertThat(values.get(Signal.DUP_10_CHARACTERS_FRACTION)).isZero();
    }
  }

  @Test
  void sequencesOfCharactersPassOverWhitespace() {
    // 0123456789 stands twice, once with spaces within: 10 of 21 visible characters.
    assertThat(value("0123456789x01234 56789", Signal.DUP_10_CHARACTERS_FRACTION))
        .isEqualTo(10.0 / 21);
  }

  @Test
  void theHashesFindWhatStringsFind() {
    Random random = new Random(11);
    for (int round = 0; round < 200; round++) {
      int numWords = random.nextInt(80);
      String[] vocabulary = {"a", "b", "ab", "ba", "aa", "😀", "b\na", "a\n\nb", "\n", "\n\n"};
      String text =
          random
              .ints(numWords, 0, 2 + random.nextInt(vocabulary.length - 1))
              .mapToObj(i -> vocabulary[i])
              .collect(Collectors.joining(" "));
      assertAsPlain(text);
    }
  }

  private static void assertAsPlain(String text) {
    SignalValues values = TextSignals.compute(text, "en");
    Words split = Words.of(text, "en");
    List<String> words = IntStream.range(0, split.size()).mapToObj(split::get).toList();
    double characters = text.codePointCount(0, text.length());
    for (int n = 2; n <= 4; n++) {
      assertThat(values.get(Signal.valueOf("TOP_" + n + "_GRAM_CHAR_FRACTION")))
          .isEqualTo(ratio(PlainRepetition.topCharacters(words, n), characters));
    }
    for (int n = 5; n <= 10; n++) {
      assertThat(values.get(Signal.valueOf("DUP_" + n + "_GRAM_CHAR_FRACTION")))
          .isEqualTo(ratio(PlainRepetition.duplicateCharacters(words, n), characters));
    }
    String[] parts = text.split("\n+", -1);
    assertThat(values.get(Signal.DUP_LINE_FRACTION))
        .isEqualTo(ratio(PlainRepetition.duplicateElements(parts), parts.length));
    assertThat(values.get(Signal.DUP_LINE_CHAR_FRACTION))
        .isEqualTo(ratio(PlainRepetition.duplicateElementCharacters(parts), characters));
    String[] paragraphs = text.strip().split("\n{2,}", -1);
    assertThat(values.get(Signal.PARAGRAPHS)).isEqualTo(paragraphs.length);
    assertThat(values.get(Signal.DUP_PARAGRAPH_FRACTION))
        .isEqualTo(ratio(PlainRepetition.duplicateElements(paragraphs), paragraphs.length));
    List<String> visible = PlainRepetition.visibleCharacters(text);
    assertThat(values.get(Signal.DUP_10_CHARACTERS_FRACTION))
        .isEqualTo(ratio(PlainRepetition.duplicateCharacters(visible, 10), visible.size()));
  }

  private static double ratio(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
  }
}

package dev.kindling.data.signal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextSignalsTest {
  private static double value(String text, Signal signal) {
    return TextSignals.compute(text, "en").get(signal);
  }

  @Test
  void charactersAreCountedByClass() {
    // T h e space c a t space 4 2 space é 中 😀 !: 15 characters, 3 spaces, 2 digits, 1 upper case,
    // 😀 and ! are neither letter nor digit; UTF-8: 11 + 2 (é) + 3 (中) + 4 (😀) + 1 (!).
    SignalValues values = TextSignals.compute("The cat 42 é中😀!", "en");
    assertThat(values.get(Signal.CHARACTERS)).isEqualTo(15);
    assertThat(values.get(Signal.UTF8_BYTES)).isEqualTo(21);
    assertThat(values.get(Signal.WHITESPACE_FRACTION)).isEqualTo(3.0 / 15);
    assertThat(values.get(Signal.DIGIT_FRACTION)).isEqualTo(2.0 / 15);
    assertThat(values.get(Signal.UPPERCASE_FRACTION)).isEqualTo(1.0 / 15);
    assertThat(values.get(Signal.NON_ALPHANUMERIC_FRACTION)).isEqualTo(2.0 / 15);
    assertThat(values.get(Signal.CJK_FRACTION)).isEqualTo(1.0 / 12);
    assertThat(values.get(Signal.HAN_FRACTION)).isEqualTo(1.0 / 12);
  }

  @Test
  void kanaAndHangulAreNoHan() {
    // 漢 か カ 한 a: four of five are CJK, one is Han.
    assertThat(value("漢かカ한a", Signal.CJK_FRACTION)).isEqualTo(4.0 / 5);
    assertThat(value("漢かカ한a", Signal.HAN_FRACTION)).isEqualTo(1.0 / 5);
  }

  @Test
  void wordsAreCountedWithAndWithoutSymbols() {
    // The cat , the Cat - 42 !!: The cat , the Cat - 42 ! ! are 9 words, 5 of them more than
    // punctuation with 3 + 3 + 3 + 3 + 2 characters; 4 have a letter; ! is there twice.
    SignalValues values = TextSignals.compute("The cat, the Cat - 42!!", "en");
    assertThat(values.get(Signal.WORDS)).isEqualTo(9);
    assertThat(values.get(Signal.NON_SYMBOL_WORDS)).isEqualTo(5);
    assertThat(values.get(Signal.MEAN_WORD_LENGTH)).isEqualTo(14.0 / 5);
    assertThat(values.get(Signal.ALPHABETIC_WORD_FRACTION)).isEqualTo(4.0 / 9);
    assertThat(values.get(Signal.UNIQUE_WORD_FRACTION)).isEqualTo(8.0 / 9);
  }

  @ParameterizedTest
  @CsvSource({
    "the the The, 1",
    "be to of and that have with the, 8",
    "'Being, tofu, offal: THE', 0",
    "'the,be', 2",
  })
  void stopWordsAreDifferentOnesInLowerCase(String text, int stopWords) {
    assertThat(value(text, Signal.STOP_WORDS)).isEqualTo(stopWords);
  }

  @Test
  void hashesAndEllipsesAreRelatedToAllWords() {
    // a # b ## ... … ...... c: # is a word by itself, so a,#,b,#,#,...,…,......,c are 9 words;
    // ellipses: 1 + 1 + 2.
    SignalValues values = TextSignals.compute("a # b ## ... … ...... c", "en");
    assertThat(values.get(Signal.WORDS)).isEqualTo(9);
    assertThat(values.get(Signal.HASHES_PER_WORD)).isEqualTo(3.0 / 9);
    assertThat(values.get(Signal.ELLIPSES_PER_WORD)).isEqualTo(4.0 / 9);
  }

  @Test
  void bulletsAndEllipsesOfLinesAreFoundBehindWhitespace() {
    // Lines: "- a", " • b...", "c… ", "", "d..", " ..."; bullets 2, ellipses 3, of 6.
    String text = "- a\n • b...\nc… \n\nd..\n ...\n";
    assertThat(value(text, Signal.LINES)).isEqualTo(6);
    assertThat(value(text, Signal.BULLET_LINE_FRACTION)).isEqualTo(2.0 / 6);
    assertThat(value(text, Signal.ELLIPSIS_LINE_FRACTION)).isEqualTo(3.0 / 6);
  }

  @Test
  void terminalPunctuationIsOfAnyScript() {
    // Sentence ends: "a.", "b！", "क।", "d؟"; not: "e", "f,", "g. ", "h\"".
    String text = "a.\nb！\nक।\nd؟\n\ne\nf,\ng. \nh\"";
    assertThat(value(text, Signal.NON_BLANK_LINES)).isEqualTo(8);
    assertThat(value(text, Signal.TERMINAL_LINE_FRACTION)).isEqualTo(4.0 / 8);
  }

  @Test
  void chineseSentencesEndInChinesePunctuationWithClosersBehindIt() {
    // Ends: 好。 好！” 好……  好？」 ; not: 好, 好， 好. ”
    String text = "好。\n好！”\n好……\n好？」 \n好\n好，\n好.\n”";
    assertThat(value(text, Signal.CHINESE_TERMINAL_LINE_FRACTION)).isEqualTo(4.0 / 8);
  }

  @Test
  void shortLinesAreMeasuredInCharacters() {
    String text = "x".repeat(31) + "\n" + "😀".repeat(30) + "\n" + "好".repeat(10) + "\n\n";
    assertThat(value(text, Signal.SHORT_LINE_FRACTION)).isEqualTo(2.0 / 3);
    assertThat(value(text, Signal.CHINESE_SHORT_LINE_FRACTION)).isEqualTo(1.0 / 3);
  }

  @Test
  void nothingHasTheValueZeroThroughoutButForOneEmptyParagraph() {
    for (Signal signal : SignalCatalogue.signals()) {
      double expected = signal == Signal.PARAGRAPHS ? 1 : 0;
      assertThat(value("", signal)).as(signal.signalName()).isEqualTo(expected);
    }
  }

  @Test
  void threadsMeasureTheSame() {
    List<String> texts =
        IntStream.range(0, 64)
            .mapToObj(i -> "Mr. Fox didn't see " + i + " hens. 我们学习中文。ฉันรักภาษาไทย。".repeat(i))
            .toList();
    List<List<Double>> alone = texts.stream().map(TextSignalsTest::values).toList();
    assertThat(texts.parallelStream().map(TextSignalsTest::values).toList()).isEqualTo(alone);
  }

  private static List<Double> values(String text) {
    SignalValues values = TextSignals.compute(text, "en");
    return SignalCatalogue.signals().stream().map(values::get).toList();
  }

  @Test
  void hostileTextsAreMeasuredInLinearTime() {
    for (String text :
        new String[] {
          "\n".repeat(500_000),
          "a".repeat(500_000),
          "a ".repeat(250_000),
          ".".repeat(500_000),
          "'".repeat(500_000),
          "[1".repeat(250_000),
          "中".repeat(200_000)
        }) {
      assertThat(value(text, Signal.CHARACTERS)).isEqualTo(text.length());
    }
  }

  @Test
  void countsOfC4AreOfItsLineRulesInOrder() {
    String text =
        String.join(
            "\n",
            "x".repeat(1001) + " too long.",
            "No end here",
            "Too short.",
            "Please enable JavaScript now.",
            "We use cookies on this site.",
            "One sentence here. Another one here!",
            "And \"a third one?\"");
    SignalValues values = TextSignals.compute(text, "en");
    assertThat(values.get(Signal.C4_LONG_WORD_LINES)).isEqualTo(1);
    assertThat(values.get(Signal.C4_UNPUNCTUATED_LINES)).isEqualTo(1);
    assertThat(values.get(Signal.C4_SHORT_LINES)).isEqualTo(1);
    assertThat(values.get(Signal.C4_JAVASCRIPT_LINES)).isEqualTo(1);
    assertThat(values.get(Signal.C4_POLICY_LINES)).isEqualTo(1);
    assertThat(values.get(Signal.C4_KEPT_LINES)).isEqualTo(2);
    assertThat(values.get(Signal.C4_SENTENCES)).isEqualTo(3);
    assertThat(values.get(Signal.C4_LOREM_IPSUM)).isZero();
    assertThat(values.get(Signal.C4_CURLY_BRACKET)).isZero();
  }
}

package dev.kindling.data.signal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.signal.C4Lines.Result;
import dev.kindling.data.signal.C4Lines.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class C4LinesTest {
  private static final String FIVE = "One is here. Two is here. Three is here. Four is here. Five.";

  private static Result c4(String text) {
    return C4Lines.apply(text, true);
  }

  @Test
  void whatIsLeftAreTheKeptLinesWithoutSpaceAroundThem() {
    Result result = c4("Menu\n  " + FIVE + "  \r\nHome\n\nThe last line stays.\n");
    assertThat(result.text()).isEqualTo(FIVE + "\nThe last line stays.");
    assertThat(result.verdict()).isEmpty();
    assertThat(result.numKept()).isEqualTo(2);
    // The two menu lines and the empty one.
    assertThat(result.numUnpunctuated()).isEqualTo(3);
    assertThat(result.numSentences()).isEqualTo(6);
  }

  @Test
  void aWordOfMoreThan1000CharactersDropsItsLine() {
    assertThat(c4("a b " + "x".repeat(999) + ".").numLongWord()).isZero();
    assertThat(c4("a b " + "x".repeat(1000) + ".").numLongWord()).isEqualTo(1);
    // Characters, not UTF-16 units.
    assertThat(c4("a b " + "😀".repeat(999) + ".").numLongWord()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"It ends so.", "It ends so?", "It ends so!", "It ends \"so\"", "It ends 'so'"})
  void terminalPunctuationOfC4KeepsALine(String line) {
    assertThat(c4(line).text()).isEqualTo(line);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"It ends so", "It ends so...", "It ends so…", "It ends so。", "It ends so;"})
  void otherEndsDropALine(String line) {
    assertThat(c4(line).numUnpunctuated()).isEqualTo(1);
    assertThat(C4Lines.apply(line, false).text()).isEqualTo(line);
  }

  @Test
  void citationsAreTakenOutBeforeTheEndIsLookedAt() {
    assertThat(c4("This is cited.[12][edit][citation needed][]").text())
        .isEqualTo("This is cited.");
    // As published, the space before a citation stays and hides the end.
    assertThat(c4("This is cited. [12]").numUnpunctuated()).isEqualTo(1);
    assertThat(c4("This [a] is kept.").text()).isEqualTo("This [a] is kept.");
  }

  @Test
  void fewerThanThreeWordsDropALineAndCitationsCountAsWords() {
    assertThat(c4("Two words.").numShort()).isEqualTo(1);
    assertThat(c4("Now three words.").numKept()).isEqualTo(1);
    assertThat(c4("Two [1] words.").text()).isEqualTo("Two  words.");
  }

  @ParameterizedTest
  @CsvSource({
    "Read our Terms of Use first.",
    "Read our PRIVACY POLICY first.",
    "Read our cookie policy first.",
    "This site uses cookies.",
    "The use of cookies is fine.",
    "We use cookies here.",
  })
  void policyPhrasesDropALine(String line) {
    assertThat(c4(line).numPolicy()).isEqualTo(1);
  }

  @Test
  void javascriptDropsALineAndComesBeforeTheBracket() {
    Result result = c4("JavaScript { is required.\n" + FIVE);
    assertThat(result.numJavascript()).isEqualTo(1);
    assertThat(result.verdict()).isEmpty();
  }

  @Test
  void theFirstLineThatCondemnsGivesTheVerdict() {
    String lorem = "Here is Lorem Ipsum text.\n";
    String bracket = "Here is { a bracket.\n";
    assertThat(c4(lorem + bracket + FIVE).verdict()).contains(Verdict.LOREM_IPSUM);
    assertThat(c4(bracket + lorem + FIVE).verdict()).contains(Verdict.CURLY_BRACKET);
    assertThat(c4("Here is lorem ipsum {.").verdict()).contains(Verdict.LOREM_IPSUM);
    assertThat(Verdict.CURLY_BRACKET.reason()).isEqualTo("curly_bracket");
  }

  @Test
  void aLineThatIsDroppedBeforeCondemnsNothing() {
    assertThat(c4("lorem ipsum\n{\n" + FIVE).verdict()).isEmpty();
    assertThat(C4Lines.apply("here is lorem ipsum\n" + FIVE, false).verdict())
        .contains(Verdict.LOREM_IPSUM);
  }

  @Test
  void countsGoOnBehindTheVerdict() {
    Result result = c4("Here is { a bracket.\n" + FIVE);
    assertThat(result.numSentences()).isEqualTo(5);
    assertThat(result.text()).isEqualTo(FIVE);
  }

  @Test
  void fewerThanFiveSentencesDropTheDocument() {
    assertThat(c4(FIVE).verdict()).isEmpty();
    assertThat(c4(FIVE.replace(" Five.", "")).verdict()).contains(Verdict.TOO_FEW_SENTENCES);
    assertThat(c4("").verdict()).contains(Verdict.TOO_FEW_SENTENCES);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "One. Two! Three? | 3",
        "Mr. Smith went home. He slept. | 2",
        "It cost 3.50 euros. | 1",
        "He said: \"Come!\" She came. | 2",
        "Is e.g. this one? (Yes.) | 2",
        "no end | 1",
        "他来了。她走了！你呢？ | 3",
      })
  void sentencesAreCounted(String text, int sentences) {
    assertThat(Sentences.count(text)).isEqualTo(sentences);
  }
}

package dev.kindling.data.decontaminate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.decontaminate.Decontaminator.Clean;
import dev.kindling.data.decontaminate.Decontaminator.Contaminated;
import dev.kindling.data.decontaminate.Decontaminator.Cut;
import dev.kindling.data.decontaminate.Decontaminator.Verdict;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecontaminatorTest {
  private static final String QUESTION =
      "Why did the old miller of Saint-Denis, who had 3 sons, leave his mill to a cat?";

  private static final DecontaminateConfig REJECT = config(ContaminationAction.REJECT);
  private static final DecontaminateConfig CUT = config(ContaminationAction.CUT);

  @ParameterizedTest
  @CsvSource({"0, 13, true", "4, 17, true", "0, 12, false", "3, 15, false", "0, 17, true"})
  void textIsFoundFromThirteenWordsOn(int first, int end, boolean found) {
    String part = String.join(" ", List.of(QUESTION.split("[ -]", -1)).subList(first, end));
    Verdict verdict = judge(REJECT, "They asked: " + part + " Nobody knew.");
    assertThat(verdict instanceof Contaminated).isEqualTo(found);
  }

  @Test
  void caseAndPunctuationAndLineBreaksDoNotCountButNumbersDo() {
    String other =
        QUESTION.toUpperCase(Locale.ROOT).replace(" ", "\n-- ").replace(",", ";").replace("?", "");
    assertThat(judge(REJECT, other)).isInstanceOf(Contaminated.class);
    assertThat(judge(REJECT, QUESTION.replace("3", "4"))).isEqualTo(new Clean());
  }

  @Test
  void theReasonNamesTheEvaluationDocumentAndShowsTheWords() {
    assertThat(judge(REJECT, "So, " + QUESTION + " I wonder."))
        .isEqualTo(
            new Contaminated(
                "evaluation document q1 of test.jsonl has: Why did the old miller of Saint-Denis,"
                    + " who had 3 sons, leave"));
  }

  @ParameterizedTest
  @CsvSource({"13, true", "12, false"})
  void aCharacterOfAScriptWithoutSpacesIsAWord(int numCharacters, boolean found) {
    String question = "磨坊主为什么把磨坊留给一只猫";
    Decontaminator decontaminator = decontaminator(REJECT, question);
    String text = "他们问：" + question.substring(0, numCharacters) + "。没有人知道";
    assertThat(decontaminator.judge(text) instanceof Contaminated).isEqualTo(found);
  }

  @Test
  void withTheTextGoTwoHundredCharactersOnEitherSide() {
    String before = filler(60);
    String behind = filler(70);
    Verdict verdict = judge(CUT, before + QUESTION + " " + behind);

    List<String> pieces = ((Cut) verdict).pieces();
    assertThat(pieces).hasSize(2);
    assertThat(before).startsWith(pieces.get(0) + " ");
    assertThat(behind).endsWith(" " + pieces.get(1) + " ");
    assertThat(before.length() - pieces.get(0).length()).isBetween(200, 200 + WORD + 1);
    // The last n-gram ends before the question mark.
    assertThat(behind.length() + 2 - pieces.get(1).length()).isBetween(200, 200 + WORD + 3);
  }

  @Test
  void piecesThatAreTooShortAreDropped() {
    String shorter = filler(38);
    String longer = filler(70);
    assertThat(((Cut) judge(CUT, shorter + QUESTION + " " + longer)).pieces()).hasSize(1);
    assertThat(judge(CUT, shorter + QUESTION + " " + shorter))
        .isInstanceOfSatisfying(
            Contaminated.class,
            verdict ->
                assertThat(verdict.reason())
                    .startsWith("no piece of 200 characters is left; evaluation document q1"));
  }

  @ParameterizedTest
  @ValueSource(ints = {9, 10})
  void aDocumentOfTooManyPiecesGoesAltogether(int numQuestions) {
    String block = filler(70);
    String text =
        block + String.join("", Collections.nCopies(numQuestions, QUESTION + " " + block));
    Verdict verdict = judge(CUT, text);
    if (numQuestions == 9) {
      assertThat(((Cut) verdict).pieces()).hasSize(10);
    } else {
      assertThat(((Contaminated) verdict).reason()).startsWith("11 pieces are left; ");
    }
  }

  @Test
  void surroundingsAreCountedInCodePointsAndTextWithoutSpacesIsCutAnywhere() {
    String block = "𠀀".repeat(700);
    List<String> pieces = ((Cut) judge(CUT, block + QUESTION + block)).pieces();
    assertThat(pieces).containsExactly("𠀀".repeat(500), "𠀀".repeat(501));
  }

  private static final int WORD = 9;

  /** Words of nine letters, each with a space behind it. */
  private static String filler(int numWords) {
    StringBuilder words = new StringBuilder();
    for (int i = 0; i < numWords; i++) {
      words.append("filler").append((char) ('a' + i / 26)).append((char) ('a' + i % 26));
      words.append("x ");
    }
    return words.toString();
  }

  private static Verdict judge(DecontaminateConfig config, String text) {
    return decontaminator(config, QUESTION).judge(text);
  }

  private static Decontaminator decontaminator(DecontaminateConfig config, String question) {
    LongStream.Builder hashes = LongStream.builder();
    Ngrams ngrams = new Ngrams(question, new int[] {13});
    while (ngrams.next()) {
      hashes.add(ngrams.hash());
    }
    EvaluationSet set =
        new EvaluationSet(
            "test.jsonl",
            List.of("q1"),
            List.of(hashes.build().toArray()),
            new TreeSet<>(List.of(13)));
    return new Decontaminator(EvaluationNgrams.of(List.of(set)), config);
  }

  private static DecontaminateConfig config(ContaminationAction action) {
    return new DecontaminateConfig(13, 8, 10, action, 200, 200, 10);
  }
}

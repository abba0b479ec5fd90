package dev.kindling.data.dedup.substring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.dedup.substring.TokenSpans.CutText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenSpansTest {
  @Test
  void windowsThatOverlapOrTouchAreOneSpan() {
    assertThat(TokenSpans.covered(new int[] {9, 0, 14, 3, 4}, 5)).containsExactly(0, 19);
    assertThat(TokenSpans.covered(new int[] {10, 4}, 5)).containsExactly(4, 9, 10, 15);
    assertThat(TokenSpans.covered(new int[] {}, 5)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "one two. Three four|1|2|one Three four|one [X]. Three four",
        "one two three|0|1|two three|[X] two three",
        "One. \"Two!\"  Three.|1|2|One. \"Three.|One. \"[X]!\"  Three.",
        "(one) (two) (three)|1|2|(one) ((three)|(one) ([X]) (three)",
        "one two.|1|2|one |one [X].",
        "one two. -- |1|2|one |one [X]. -- ",
        "一二，三四。五|1|3|一四。五|一[X]四。五",
        "一二，三四。五|0|2|三四。五|[X]，三四。五",
        "one two|0|2||[X]"
      })
  void textOutsideTheSpansStaysAsItIs(
      String text, int first, int end, String removed, String masked) {
    int[] span = {first, end};
    assertThat(TokenSpans.removed(text, span).text()).isEqualTo(removed == null ? "" : removed);
    assertThat(TokenSpans.masked(text, span, "[X]").text()).isEqualTo(masked);
  }

  @Test
  void whatWasCutIsCounted() {
    CutText cut = TokenSpans.removed("aa bb 𠀀𠀁 cc\n\ndd", new int[] {1, 3, 4, 5});
    assertThat(cut).isEqualTo(new CutText("aa 𠀁 dd", 2, 3, 8, false));
    assertThat(TokenSpans.masked("-aa bb!", new int[] {0, 2}, "[X]"))
        .isEqualTo(new CutText("-[X]!", 1, 2, 5, true));
  }
}

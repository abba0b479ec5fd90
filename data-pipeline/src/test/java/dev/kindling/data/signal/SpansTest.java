package dev.kindling.data.signal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpansTest {
  private static List<String> parts(String text, Spans spans) {
    return IntStream.range(0, spans.size())
        .mapToObj(i -> text.substring(spans.start(i), spans.end(i)))
        .toList();
  }

  @Test
  void linesEndAtEveryLineBreakAndNoneIsOpenedAtTheEnd() {
    String text = "a\nb\r\nc\rd\u2028e\u0085\n\nf\n";
    assertThat(parts(text, Spans.lines(text)))
        .containsExactly("a", "b", "c", "d", "e", "", "", "f");
    assertThat(parts("", Spans.lines(""))).isEmpty();
    assertThat(parts("a", Spans.lines("a"))).containsExactly("a");
  }

  @Test
  void blankLinesAreLeftOut() {
    String text = "\na\n \t\n b \n";
    assertThat(parts(text, Spans.nonBlankLines(text))).containsExactly("a", " b ");
    assertThat(parts(" ", Spans.nonBlankLines(" "))).isEmpty();
  }

  @Test
  void runsOfLineFeedsSplitAndLeaveEmptyEnds() {
    assertThat(parts("\n\na\n\n\nb\n", Spans.partsBetweenLineFeeds("\n\na\n\n\nb\n")))
        .containsExactly("", "a", "b", "");
    assertThat(parts("", Spans.partsBetweenLineFeeds(""))).containsExactly("");
  }

  @Test
  void paragraphsAreBetweenBlankLinesOfTheStrippedText() {
    String text = " \n\na\nb\n\nc\n\n\n\nd\n \ne\n\n";
    assertThat(parts(text, Spans.paragraphs(text))).containsExactly("a\nb", "c", "d\n \ne");
    assertThat(parts(" \n\n ", Spans.paragraphs(" \n\n "))).containsExactly("");
  }
}

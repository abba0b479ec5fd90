package dev.kindling.data.extract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextExtractorTest {
  private static final String PAGE =
      """
      Home
      This is a sentence that stays, from end to end.
      This line has no end and so many words
      We use cookies to make you happy, as others do.
      """;

  private static TextExtractor extractor(String lines) {
    return new TextExtractor(new ExtractConfig(false, "script", lines, true));
  }

  @Test
  void allLinesStayUnlessOthersAreAskedFor() {
    TextExtractor.Extracted extracted = extractor("all").extract(PAGE, "en", false);
    assertThat(extracted.text()).isEqualTo(PAGE);
    assertThat(extracted.droppedLines()).isEmpty();
  }

  @Test
  void linesThatC4DropsAreDroppedAndCounted() {
    TextExtractor.Extracted extracted = extractor("c4").extract(PAGE, "en", false);
    assertThat(extracted.text()).isEqualTo("This is a sentence that stays, from end to end.");
    assertThat(extracted.droppedLines()).map(c4 -> c4.numUnpunctuated()).contains(2);
    assertThat(extracted.droppedLines()).map(c4 -> c4.numPolicy()).contains(1);
  }

  @Test
  void fineWebKeepsLinesWithoutAnEnd() {
    assertThat(extractor("fineweb").extract(PAGE, "en", false).text())
        .isEqualTo(
            "This is a sentence that stays, from end to end.\nThis line has no end and so many"
                + " words");
  }

  @Test
  void theStepsFollowEachOther() {
    TextExtractor.Extracted extracted =
        extractor("c4")
            .extract("<p>Write\u00AD to anna@example.org, please do, today.</p>", "und", true);
    assertThat(extracted.text()).isEqualTo("Write to [EMAIL], please do, today.");
    assertThat(extracted.language()).isEqualTo("en");
    assertThat(extracted.masked().numEmails()).isEqualTo(1);
  }
}

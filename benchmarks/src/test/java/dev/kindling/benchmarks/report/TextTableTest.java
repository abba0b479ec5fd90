package dev.kindling.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class TextTableTest {
  @Test
  void itIsAlignedMarkdownWithNumbersToTheRight() {
    TextTable table = new TextTable("engine", "tokens/s");
    table.row("a", "12");
    table.row("longer one", "1234567890");

    assertThat(table)
        .hasToString(
            """
            | engine     | tokens/s   |
            |------------|------------|
            | a          |         12 |
            | longer one | 1234567890 |
            """);
  }

  @Test
  void aRowOfAnotherLengthIsRefused() {
    TextTable table = new TextTable("engine", "tokens/s");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> table.row("alone"))
        .withMessageContaining("1 cells")
        .withMessageContaining("2");
  }
}

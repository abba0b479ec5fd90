package dev.kindling.benchmarks.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A table that reads well in a terminal and is Markdown too, so that it can go into a document as
 * it is. Cells that start with a digit are right-aligned.
 */
public final class TextTable {
  private final List<List<String>> rows = new ArrayList<>();

  /** Starts with its header. */
  public TextTable(String... header) {
    rows.add(List.of(header));
  }

  /**
   * Adds a row.
   *
   * @throws IllegalArgumentException if it has not as many cells as the header
   */
  public void row(String... cells) {
    int numColumns = rows.get(0).size();
    if (cells.length != numColumns) {
      throw new IllegalArgumentException(
          "A row of " + cells.length + " cells was given for a table of " + numColumns);
    }
    rows.add(List.of(cells));
  }

  @Override
  public String toString() {
    int[] widths = widths();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < rows.size(); i++) {
      append(text, rows.get(i), widths);
      if (i == 0) {
        Arrays.stream(widths).forEach(width -> text.append('|').append("-".repeat(width + 2)));
        text.append("|\n");
      }
    }
    return text.toString();
  }

  private int[] widths() {
    int[] widths = new int[rows.get(0).size()];
    for (List<String> row : rows) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    return widths;
  }

  private static void append(StringBuilder text, List<String> row, int[] widths) {
    for (int column = 0; column < widths.length; column++) {
      String cell = row.get(column);
      String padding = " ".repeat(widths[column] - cell.length());
      boolean isNumber = !cell.isEmpty() && Character.isDigit(cell.charAt(0));
      text.append("| ").append(isNumber ? padding + cell : cell + padding).append(' ');
    }
    text.append("|\n");
  }
}

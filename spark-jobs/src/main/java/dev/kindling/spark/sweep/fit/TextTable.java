package dev.kindling.spark.sweep.fit;

import dev.kindling.spark.report.Html;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A table for the console and for a page.
 *
 * @param rows the header first; all of the same length
 */
public record TextTable(List<List<String>> rows) {
  private static final Pattern NUMBER = Pattern.compile("|[-+]?[0-9].*");

  /** Longer texts than this are broken into lines on a page. */
  private static final int LONGEST_WORDS = 30;

  /** In columns two spaces apart. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        line.append(row.get(column))
            .append(" ".repeat(2 + width(column) - row.get(column).length()));
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  /**
   * As HTML that scrolls by itself where the page is too narrow; numbers stand to the right. A
   * header alone is no table: then it is empty.
   */
  public String toHtml() {
    if (rows.size() == 1) {
      return "";
    }
    StringBuilder out =
        new StringBuilder("<div class=\"scroll\" tabindex=\"0\">\n<table>\n<thead>");
    row(out, "th", rows.get(0));
    out.append("</thead>\n<tbody>\n");
    rows.stream().skip(1).forEach(row -> row(out, "td", row));
    return out.append("</tbody>\n</table>\n</div>\n").toString();
  }

  private int width(int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElseThrow();
  }

  private void row(StringBuilder out, String tag, List<String> cells) {
    out.append("<tr>");
    for (int column = 0; column < cells.size(); column++) {
      out.append('<').append(tag);
      if (isOfNumbers(column)) {
        out.append(" class=\"number\"");
      } else if (width(column) > LONGEST_WORDS) {
        out.append(" class=\"words\"");
      }
      out.append('>').append(Html.escape(cells.get(column))).append("</").append(tag).append('>');
    }
    out.append("</tr>\n");
  }

  private boolean isOfNumbers(int column) {
    return IntStream.range(1, rows.size())
        .allMatch(row -> NUMBER.matcher(rows.get(row).get(column)).matches());
  }
}

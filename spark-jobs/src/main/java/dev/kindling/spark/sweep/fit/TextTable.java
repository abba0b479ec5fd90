package dev.kindling.spark.sweep.fit;

import dev.kindling.spark.report.Html;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A table for the console and for a page.
 *
 * @param rows the header first; all of the same length
 */
public record TextTable(List<List<String>> rows) {
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

  String toHtml() {
    StringBuilder out = new StringBuilder("<table>\n").append(row("th", rows.get(0)));
    rows.stream().skip(1).forEach(row -> out.append(row("td", row)));
    return out.append("</table>\n").toString();
  }

  private int width(int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElseThrow();
  }

  private static String row(String tag, List<String> cells) {
    return cells.stream()
        .map(cell -> "<" + tag + ">" + Html.escape(cell) + "</" + tag + ">")
        .collect(Collectors.joining("", "<tr>", "</tr>\n"));
  }
}

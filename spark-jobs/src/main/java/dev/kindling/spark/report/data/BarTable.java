package dev.kindling.spark.report.data;

import dev.kindling.spark.report.Html;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A table whose rows have a bar each, as long as a value: a bar chart that can be read aloud. */
final class BarTable {
  private record Line(List<String> cells, double value, boolean accented) {}

  private final List<String> headings;
  private final List<Line> lines = new ArrayList<>();

  /**
   * @param headings of the columns: the first is text, the others are numbers
   */
  BarTable(String... headings) {
    this.headings = List.of(headings);
  }

  /**
   * Adds a row.
   *
   * @param value the length of its bar
   * @param accented whether the bar stands out
   */
  BarTable row(double value, boolean accented, String... cells) {
    lines.add(new Line(List.of(cells), value, accented));
    return this;
  }

  boolean isEmpty() {
    return lines.isEmpty();
  }

  String toHtml() {
    double most = lines.stream().mapToDouble(Line::value).max().orElse(0);
    StringBuilder out = new StringBuilder("<table class=\"bars\">\n<thead><tr>");
    for (int i = 0; i < headings.size(); i++) {
      out.append(i == 0 ? "<th>" : "<th class=\"number\">")
          .append(Html.escape(headings.get(i)))
          .append("</th>");
    }
    out.append("<th class=\"bar\"></th></tr></thead>\n<tbody>\n");
    for (Line line : lines) {
      out.append("<tr>");
      for (int i = 0; i < line.cells().size(); i++) {
        out.append(i == 0 ? "<td>" : "<td class=\"number\">")
            .append(Html.escape(line.cells().get(i)))
            .append("</td>");
      }
      out.append(
          String.format(
              Locale.ROOT,
              "<td class=\"bar\"><div class=\"%s\" style=\"width:%.2f%%\"></div></td></tr>\n",
              line.accented() ? "accented" : "plain",
              most == 0 ? 0 : 100 * line.value() / most));
    }
    return out.append("</tbody>\n</table>\n").toString();
  }
}

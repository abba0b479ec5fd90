package dev.kindling.spark.report;

import dev.kindling.data.clean.RuleReport;
import dev.kindling.data.clean.RuleReport.Point;
import dev.kindling.data.clean.RuleReport.Rule;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What rules do to documents, as tables of text. */
public final class RuleTables {
  private static final int NAME_WIDTH = 28;

  private RuleTables() {}

  /** The lines of three tables: rejects by rule, their overlap, and kept fractions by threshold. */
  public static List<String> of(RuleReport report) {
    List<String> lines = new ArrayList<>();
    lines.add(
        Words.count(report.numDocuments(), "document")
            + ": "
            + Words.number(report.numKept())
            + " pass all rules ("
            + percent(report.numKept(), report.numDocuments())
            + "); duplicates are not looked for");
    addRules(report, lines);
    addOverlap(report, lines);
    addCurves(report, lines);
    return lines;
  }

  private static void addRules(RuleReport report, List<String> lines) {
    lines.add("");
    lines.add("Rejects: counted under the rule (first of all to reject), by the rule whatever");
    lines.add("others say, and by it alone");
    lines.add(format("  %-28s %10s %8s %10s %10s", "rule", "counted", "", "by it", "alone"));
    for (Rule rule : report.rules()) {
      lines.add(
          format(
              "  %-28s %10s %8s %10s %10s  %s",
              rule.name(),
              Words.number(rule.numFirst()),
              percent(rule.numFirst(), report.numDocuments()),
              Words.number(rule.numRejected()),
              Words.number(rule.numAlone()),
              rule.condition().map(condition -> "where " + condition).orElse("")));
    }
  }

  /** Only of rules that reject anything: the others have nothing to overlap with. */
  private static void addOverlap(RuleReport report, List<String> lines) {
    int[] firing =
        IntStream.range(0, report.rules().size())
            .filter(i -> report.rules().get(i).numRejected() > 0)
            .toArray();
    if (firing.length < 2) {
      return;
    }
    lines.add("");
    lines.add("Overlap: of the documents that the rule of a line rejects, the percentage that the");
    lines.add("rule of a column rejects too");
    StringBuilder head = new StringBuilder(" ".repeat(NAME_WIDTH + 6));
    for (int k = 0; k < firing.length; k++) {
      head.append(format("%5d", k + 1));
    }
    lines.add(head.toString());
    for (int k = 0; k < firing.length; k++) {
      Rule rule = report.rules().get(firing[k]);
      String cells =
          IntStream.of(firing)
              .mapToObj(
                  other -> format("%5.0f", 100.0 * rule.overlap().get(other) / rule.numRejected()))
              .collect(Collectors.joining());
      lines.add(format("  %3d %-28s%s", k + 1, rule.name(), cells));
    }
  }

  /** Rules that keep the same whatever their limit are named only. */
  private static void addCurves(RuleReport report, List<String> lines) {
    lines.add("");
    lines.add("Kept with other thresholds, by each rule alone (* the threshold of this plan)");
    List<String> flat = new ArrayList<>();
    for (Rule rule : report.rules()) {
      if (rule.curve().stream().map(Point::numKept).distinct().count() > 1) {
        addCurve(rule, report.numDocuments(), lines);
      } else if (!rule.curve().isEmpty()) {
        flat.add(rule.name());
      }
    }
    if (!flat.isEmpty()) {
      lines.add("  the same with all of them: " + String.join(", ", flat));
    }
  }

  private static void addCurve(Rule rule, long numDocuments, List<String> lines) {
    lines.add("  " + rule.name() + rule.condition().map(c -> ": rejects where " + c).orElse(""));
    StringBuilder limits = new StringBuilder("    limit ");
    StringBuilder kept = new StringBuilder("    kept  ");
    for (Point point : rule.curve()) {
      limits.append(format("%10s", (point.own() ? "*" : "") + number(point.threshold())));
      kept.append(format("%10s", percent(point.numKept(), numDocuments)));
    }
    lines.add(limits.toString());
    lines.add(kept.toString());
  }

  /** {@code 0.18}, {@code 50}: without zeros at the end. */
  private static String number(double value) {
    return BigDecimal.valueOf(value).round(new MathContext(4)).stripTrailingZeros().toPlainString();
  }

  private static String percent(long part, long whole) {
    return whole == 0 ? "-" : format("%.2f %%", 100.0 * part / whole);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}

package dev.kindling.spark.sweep.report;

import dev.kindling.spark.report.Axis;
import dev.kindling.spark.report.Chart;
import dev.kindling.spark.report.Chart.Level;
import dev.kindling.spark.report.Html;
import dev.kindling.spark.report.Look;
import dev.kindling.spark.report.Mark.Line;
import dev.kindling.spark.report.Mark.Point;
import dev.kindling.spark.report.Notation;
import dev.kindling.spark.report.SvgChart;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.sweep.SweepRun;
import dev.kindling.spark.sweep.cluster.ClusterRow;
import dev.kindling.spark.sweep.cluster.ClusterSize;
import dev.kindling.spark.sweep.cluster.Exponent;
import dev.kindling.spark.sweep.cluster.Scaling;
import dev.kindling.spark.sweep.fit.Figures;
import dev.kindling.spark.sweep.fit.TextTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What more replicas do to speed, and to the loss at equal tokens and at equal wall-clock: speed
 * that costs more loss than it saves time is none.
 */
final class ClusterSection {
  private final ClusterSize cluster;
  private final Map<String, List<ClusterRow>> series;

  ClusterSection(ClusterSize cluster) {
    this.cluster = cluster;
    this.series =
        cluster.rows().stream()
            .collect(Collectors.groupingBy(this::name, LinkedHashMap::new, Collectors.toList()));
  }

  /** Efficiency over replicas; empty where the number of replicas was not varied. */
  Chart efficiency() {
    Chart chart =
        new Chart(
            scalings().size() == 1
                ? "Efficiency of " + scalings().get(0) + " scaling"
                : "Efficiency against cluster size",
            replicas(),
            Axis.fromZero("efficiency", Notation.PERCENT));
    chart = withLines(chart, "", false, ClusterRow::efficiency);
    return chart.isEmpty() ? chart : chart.with(new Level("ideal", 1));
  }

  private Chart loss() {
    Chart chart =
        new Chart(
            "Loss against cluster size",
            replicas(),
            Axis.linear("loss, nats per token", Notation.PLAIN));
    chart = withLines(chart, ", at equal tokens", false, ClusterRow::lossAtEqualTokens);
    return withLines(chart, ", at equal time", true, ClusterRow::lossAtEqualSeconds);
  }

  /** Empty where no runs can be compared. */
  String toHtml() {
    if (cluster.rows().isEmpty()) {
      return "";
    }
    StringBuilder html = new StringBuilder("<h2>Cluster size</h2>\n");
    html.append("<div class=\"beside\">\n");
    for (Chart chart : List.of(efficiency(), loss())) {
      html.append(chart.isEmpty() ? "" : SvgChart.of(chart));
    }
    html.append("</div>\n").append(table().toHtml());
    notes().forEach(note -> html.append(paragraph(note)));
    html.append(paragraph(cluster.law()));
    html.append(paragraph(exponent("w", "the number of replicas W", cluster.w())));
    html.append(paragraph(exponent("h", "the local steps H", cluster.h())));
    return html.toString();
  }

  private boolean isVaried() {
    return distinct(ClusterRow::replicas) > 1;
  }

  private long distinct(Function<ClusterRow, Object> value) {
    return cluster.rows().stream().map(value).distinct().count();
  }

  private Axis replicas() {
    return Axis.logarithmic("replicas W", Notation.PLAIN)
        .markedAt(
            cluster.rows().stream()
                .map(row -> (double) row.replicas())
                .distinct()
                .sorted()
                .toList());
  }

  private Chart withLines(
      Chart chart, String suffix, boolean dashed, Function<ClusterRow, Double> value) {
    if (!isVaried()) {
      return chart;
    }
    Chart all = chart;
    int number = 0;
    for (Map.Entry<String, List<ClusterRow>> one : series.entrySet()) {
      Look look = Look.of(number++);
      List<Point> points = new ArrayList<>();
      for (ClusterRow row : one.getValue()) {
        Double y = value.apply(row);
        if (y != null) {
          points.add(new Point(row.replicas(), y, "run " + row.run() + ": " + Figures.of(y)));
        }
      }
      all =
          all.with(new Line(one.getKey() + suffix, dashed ? look.asDashes() : look, points, true));
    }
    return all;
  }

  private String name(ClusterRow row) {
    List<String> parts = new ArrayList<>();
    if (distinct(ClusterRow::group) > 1) {
      parts.add(
          distinct(ClusterRow::group) == distinct(ClusterSection::size)
              ? size(row)
              : SweepRun.briefly(row.group()));
    }
    if (scalings().size() > 1 && row.scaling() != null) {
      parts.add(row.scaling() + " scaling");
    }
    parts.add("H = " + row.localSteps());
    return String.join(", ", parts);
  }

  private static String size(ClusterRow row) {
    return "N = " + count(row.parameters()) + ", D = " + count(row.tokens());
  }

  /** One replica alone is neither strong nor weak. */
  private List<Scaling> scalings() {
    return cluster.rows().stream()
        .map(ClusterRow::scaling)
        .filter(Objects::nonNull)
        .distinct()
        .toList();
  }

  private TextTable table() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "run",
            "N",
            "D",
            "W",
            "H",
            "sequences per replica",
            "scaling",
            "efficiency",
            "tokens/s",
            "moved per step",
            "loss at equal tokens",
            "loss at equal time",
            "after",
            "among runs of"));
    for (ClusterRow row : cluster.rows()) {
      rows.add(
          List.of(
              String.valueOf(row.run()),
              count(row.parameters()),
              count(row.tokens()),
              String.valueOf(row.replicas()),
              String.valueOf(row.localSteps()),
              String.valueOf(row.replicaBatchSize()),
              row.scaling() == null ? "" : row.scaling().toString(),
              row.efficiency() == null ? "" : percent(row.efficiency()),
              Words.number(Math.round(row.tokensPerSecond())),
              Words.bytes(Math.round(row.bytesPerStep())),
              Figures.of(row.lossAtEqualTokens()),
              row.lossAtEqualSeconds() == null ? "" : Figures.of(row.lossAtEqualSeconds()),
              Words.duration(row.equalSeconds()),
              SweepRun.briefly(row.group())));
    }
    return new TextTable(rows);
  }

  /** What the table does not say, each with its runs. */
  private List<String> notes() {
    Map<String, List<String>> runs = new LinkedHashMap<>();
    for (ClusterRow row : cluster.rows()) {
      if (!row.note().isEmpty()) {
        runs.computeIfAbsent(row.note(), note -> new ArrayList<>()).add(String.valueOf(row.run()));
      }
    }
    return runs.entrySet().stream()
        .map(note -> "Run " + String.join(", ", note.getValue()) + ": " + note.getKey())
        .toList();
  }

  private String exponent(String letter, String what, Exponent exponent) {
    StringBuilder text = new StringBuilder(letter).append(", of ").append(what).append(": ");
    text.append(exponent.value() == null ? "not identifiable" : Figures.of(exponent.value()));
    if (exponent.low() != null && exponent.high() != null) {
      text.append(
          String.format(
              " [%s, %s] (%s interval, %s in %s)",
              Figures.of(exponent.low()),
              Figures.of(exponent.high()),
              percent(cluster.confidence()),
              Words.count(cluster.runs(), "run"),
              Words.count(cluster.groups(), "group")));
    }
    if (!exponent.reason().isEmpty()) {
      text.append("; ").append(exponent.reason());
    }
    return text.toString();
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  private static String count(long number) {
    return Notation.COUNT.label((double) number);
  }

  private static String paragraph(String text) {
    return "<p>" + Html.escape(text) + "</p>\n";
  }
}

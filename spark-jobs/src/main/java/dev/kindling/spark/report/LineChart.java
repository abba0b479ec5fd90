package dev.kindling.spark.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * A line chart as inline SVG: it needs no script, no network, and its colours follow the page's.
 */
final class LineChart {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 320;
  private static final int LEFT = 64;
  private static final int RIGHT = 20;
  private static final int TOP = 30;
  private static final int BOTTOM = 42;
  private static final int NUM_TICKS = 5;
  private static final int MAX_POINTS = 600;
  private static final double LABEL_HEIGHT = 14;

  /** One point. */
  record Point(double x, double y) {}

  /**
   * One line.
   *
   * @param style a class of the style sheet: {@code train} or {@code validation}
   * @param dots whether every point is marked
   */
  record Series(String name, String style, List<Point> points, boolean dots) {}

  /** A horizontal line to compare with. */
  record Baseline(String name, double y) {}

  private final String title;
  private final String xLabel;
  private final String yLabel;
  private final List<Series> series = new ArrayList<>();
  private final List<Baseline> baselines = new ArrayList<>();
  private boolean fromZero;

  LineChart(String title, String xLabel, String yLabel) {
    this.title = title;
    this.xLabel = xLabel;
    this.yLabel = yLabel;
  }

  LineChart with(Series added) {
    List<Point> finite =
        added.points().stream()
            .filter(point -> Double.isFinite(point.x()) && Double.isFinite(point.y()))
            .toList();
    if (!finite.isEmpty()) {
      series.add(new Series(added.name(), added.style(), thinned(finite), added.dots()));
    }
    return this;
  }

  LineChart with(Baseline added) {
    if (Double.isFinite(added.y()) && added.y() > 0) {
      baselines.add(added);
    }
    return this;
  }

  LineChart fromZero() {
    fromZero = true;
    return this;
  }

  boolean isEmpty() {
    return series.isEmpty();
  }

  /**
   * A {@code <figure>} with the chart, its caption and a description for those who cannot see it.
   */
  String toHtml() {
    StringBuilder out = new StringBuilder();
    out.append("<figure>\n<figcaption>").append(Html.escape(title)).append("</figcaption>\n");
    out.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
            WIDTH,
            HEIGHT,
            Html.escape(description())));
    Scale x = new Scale(0, Math.max(1, Collections.max(xs())));
    Scale y = Scale.nice(ys(), fromZero);
    axes(out, x, y);
    baselines(out, y);
    series.forEach(one -> line(out, one, x, y));
    legend(out);
    return out.append("</svg>\n</figure>\n").toString();
  }

  private void axes(StringBuilder out, Scale x, Scale y) {
    for (double tick : y.ticks(NUM_TICKS)) {
      double at = screenY(tick, y);
      element(out, "<path class=\"grid\" d=\"M%d %.1fH%d\"/>", LEFT, at, WIDTH - RIGHT);
      element(
          out,
          "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
          LEFT - 8,
          at + 4,
          Scale.label(tick));
    }
    int bottom = HEIGHT - BOTTOM;
    element(out, "<path class=\"axis\" d=\"M%d %dH%d\"/>", LEFT, bottom, WIDTH - RIGHT);
    for (double tick : x.ticks(NUM_TICKS + 1)) {
      element(
          out,
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
          screenX(tick, x),
          bottom + 18,
          Scale.label(tick));
    }
    element(
        out,
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
        WIDTH - RIGHT,
        HEIGHT - 6,
        Html.escape(xLabel));
    element(out, "<text x=\"%d\" y=\"%d\">%s</text>", 4, 16, Html.escape(yLabel));
  }

  private void baselines(StringBuilder out, Scale y) {
    double lastLabel = Double.NEGATIVE_INFINITY;
    List<Baseline> fromTop =
        baselines.stream().sorted((a, b) -> Double.compare(b.y(), a.y())).toList();
    for (Baseline baseline : fromTop) {
      double at = screenY(baseline.y(), y);
      element(out, "<path class=\"baseline\" d=\"M%d %.1fH%d\"/>", LEFT, at, WIDTH - RIGHT);
      // Labels of lines that lie close together stand below each other instead of on each other.
      double label = Math.max(at - 5, lastLabel + LABEL_HEIGHT);
      lastLabel = label;
      element(
          out,
          "<text class=\"label\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s %s</text>",
          WIDTH - RIGHT - 4,
          label,
          Html.escape(baseline.name()),
          String.format(Locale.ROOT, "%.3f", baseline.y()));
    }
  }

  private void line(StringBuilder out, Series one, Scale x, Scale y) {
    StringBuilder path = new StringBuilder();
    for (Point point : one.points()) {
      path.append(path.isEmpty() ? 'M' : 'L')
          .append(
              String.format(
                  Locale.ROOT, "%.1f %.1f", screenX(point.x(), x), screenY(point.y(), y)));
    }
    element(out, "<path class=\"series %s\" d=\"%s\"/>", one.style(), path);
    if (one.dots() || one.points().size() == 1) {
      for (Point point : one.points()) {
        element(
            out,
            "<circle class=\"%s-key\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>",
            one.style(),
            screenX(point.x(), x),
            screenY(point.y(), y));
      }
    }
  }

  private void legend(StringBuilder out) {
    if (series.size() == 1) {
      return;
    }
    int at = LEFT + 130;
    for (Series one : series) {
      element(
          out,
          "<rect class=\"%s-key\" x=\"%d\" y=\"8\" width=\"14\" height=\"4\" rx=\"2\"/>",
          one.style(),
          at);
      element(
          out,
          "<text class=\"label\" x=\"%d\" y=\"14\">%s</text>",
          at + 20,
          Html.escape(one.name()));
      at += 44 + 7 * one.name().length();
    }
  }

  private String description() {
    StringBuilder text = new StringBuilder(title).append(".");
    for (Series one : series) {
      Point first = one.points().get(0);
      Point last = one.points().get(one.points().size() - 1);
      text.append(
          String.format(
              Locale.ROOT,
              " %s: from %s at %s %s to %s at %s.",
              one.name(),
              Scale.label(first.y()),
              xLabel,
              Scale.label(first.x()),
              Scale.label(last.y()),
              Scale.label(last.x())));
    }
    baselines.forEach(
        line -> text.append(String.format(Locale.ROOT, " %s: %.3f.", line.name(), line.y())));
    return text.toString();
  }

  private List<Double> xs() {
    return series.stream().flatMap(one -> one.points().stream()).map(Point::x).toList();
  }

  private List<Double> ys() {
    List<Double> values = new ArrayList<>();
    series.forEach(one -> one.points().forEach(point -> values.add(point.y())));
    baselines.forEach(line -> values.add(line.y()));
    return values;
  }

  private static double screenX(double value, Scale scale) {
    return LEFT + scale.position(value) * (WIDTH - LEFT - RIGHT);
  }

  private static double screenY(double value, Scale scale) {
    return HEIGHT - BOTTOM - scale.position(value) * (HEIGHT - TOP - BOTTOM);
  }

  /** Means of neighbours, so that a million steps are still one small page. */
  private static List<Point> thinned(List<Point> points) {
    if (points.size() <= MAX_POINTS) {
      return points;
    }
    List<Point> thin = new ArrayList<>();
    for (int bucket = 0; bucket < MAX_POINTS; bucket++) {
      int from = (int) ((long) bucket * points.size() / MAX_POINTS);
      int to = (int) ((bucket + 1L) * points.size() / MAX_POINTS);
      List<Point> part = points.subList(from, to);
      double y = part.stream().mapToDouble(Point::y).average().orElseThrow();
      thin.add(new Point(part.get(part.size() - 1).x(), y));
    }
    return thin;
  }

  private static void element(StringBuilder out, String format, Object... arguments) {
    out.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }
}

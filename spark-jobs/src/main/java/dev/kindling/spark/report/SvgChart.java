package dev.kindling.spark.report;

import dev.kindling.spark.report.Chart.Level;
import dev.kindling.spark.report.Mark.Point;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A chart as inline SVG: it needs no script and no network, and its colours follow the page's. Text
 * in a drawing shrinks with it, so there are two: the style sheet shows the one that fits the page.
 */
public final class SvgChart {
  private static final double LABEL_HEIGHT = 15;

  /** The drawing's size and the room around the plot, in units of the drawing. */
  private record Frame(String name, int width, int height, int ticksX, int ticksY) {
    static final Frame WIDE = new Frame("wide", 860, 340, 7, 6);
    static final Frame NARROW = new Frame("narrow", 380, 320, 4, 5);
    static final int LEFT = 58;
    static final int RIGHT = 18;
    static final int TOP = 28;
    static final int BOTTOM = 44;

    int right() {
      return width - RIGHT;
    }

    int bottom() {
      return height - BOTTOM;
    }
  }

  private final Chart chart;
  private final Frame frame;
  private final Scale scaleX;
  private final Scale scaleY;
  private final StringBuilder out = new StringBuilder();

  private SvgChart(Chart chart, Frame frame) {
    this.chart = chart;
    this.frame = frame;
    this.scaleX = chart.scaleX();
    this.scaleY = chart.scaleY();
  }

  /** A {@code <figure>} with the chart, its legend, and a description for screen readers. */
  public static String of(Chart chart) {
    return of(chart, "");
  }

  /**
   * The same with a note below.
   *
   * @param note as plain text, what a reader must know of it; may be empty
   */
  public static String of(Chart chart, String note) {
    return "<figure>\n<figcaption>"
        + Html.escape(chart.title())
        + "</figcaption>\n"
        + legend(chart)
        + new SvgChart(chart, Frame.WIDE).draw()
        + new SvgChart(chart, Frame.NARROW).draw()
        + (note.isEmpty() ? "" : "<p class=\"quiet\">" + Html.escape(note) + "</p>\n")
        + "</figure>\n";
  }

  /** A single series needs no legend: the title says what it is. */
  private static String legend(Chart chart) {
    List<Mark> named = chart.marks().stream().filter(mark -> !mark.name().isEmpty()).toList();
    if (named.size() < 2) {
      return "";
    }
    StringBuilder html = new StringBuilder("<div class=\"legend\">\n");
    for (Mark mark : named) {
      html.append("<span><svg class=\"key\" viewBox=\"0 0 26 12\" aria-hidden=\"true\">")
          .append(key(mark))
          .append("</svg> ")
          .append(Html.escape(mark.name()))
          .append("</span>\n");
    }
    return html.append("</div>\n").toString();
  }

  private static String key(Mark mark) {
    StringBuilder drawing = new StringBuilder("<g class=\"" + colour(mark) + "\">");
    if (mark instanceof Mark.Band) {
      drawing.append("<path class=\"band\" d=\"M0 0H26V12H0Z\"/>");
    }
    if (mark instanceof Mark.Line) {
      drawing.append("<path class=\"" + lineClass(mark.look()) + "\" d=\"M0 6H26\"/>");
    }
    if (mark instanceof Mark.Points || (mark instanceof Mark.Line line && line.dots())) {
      drawing.append(shape(mark.look(), 13, 6, ""));
    }
    return drawing.append("</g>").toString();
  }

  private String draw() {
    element(
        "<svg class=\"%s\" viewBox=\"0 0 %d %d\" role=\"img\">",
        frame.name(), frame.width(), frame.height());
    element("<title>%s</title>", Html.escape(chart.title()));
    element("<desc>%s</desc>", Html.escape(chart.description()));
    axisY();
    axisX();
    levels();
    chart.marks().forEach(this::mark);
    return out.append("</svg>\n").toString();
  }

  private void axisY() {
    for (double tick : chart.y().ticks(scaleY, frame.ticksY())) {
      double y = screenY(tick);
      element("<path class=\"grid\" d=\"M%d %.1fH%d\"/>", Frame.LEFT, y, frame.right());
      element(
          "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
          Frame.LEFT - 8, y + 4, chart.y().notation().label(tick));
    }
    element("<text x=\"4\" y=\"16\">%s</text>", Html.escape(chart.y().label()));
  }

  private void axisX() {
    element("<path class=\"axis\" d=\"M%d %dH%d\"/>", Frame.LEFT, frame.bottom(), frame.right());
    for (double tick : chart.x().ticks(scaleX, frame.ticksX())) {
      double x = screenX(tick);
      element("<path class=\"axis\" d=\"M%.1f %dv4\"/>", x, frame.bottom());
      element(
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
          x, frame.bottom() + 18, chart.x().notation().label(tick));
    }
    element(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
        frame.right(), frame.height() - 6, Html.escape(chart.x().label()));
  }

  private void levels() {
    double lastLabel = Double.NEGATIVE_INFINITY;
    List<Level> fromTop =
        chart.levels().stream().sorted(Comparator.comparingDouble(Level::y).reversed()).toList();
    for (Level level : fromTop) {
      double y = screenY(level.y());
      element("<path class=\"level\" d=\"M%d %.1fH%d\"/>", Frame.LEFT, y, frame.right());
      // Labels of lines that lie close together stand below each other instead of on each other.
      lastLabel = Math.max(y - 5, lastLabel + LABEL_HEIGHT);
      element(
          "<text class=\"label\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
          frame.right() - 4, lastLabel, Html.escape(level.label()));
    }
  }

  private void mark(Mark mark) {
    element("<g class=\"%s\">", colour(mark));
    if (mark instanceof Mark.Line line) {
      element("<path class=\"%s\" d=\"%s\"/>", lineClass(line.look()), path(line.points()));
      if (line.dots() || line.points().size() == 1) {
        points(line, line.points());
      }
    } else if (mark instanceof Mark.Band band) {
      element("<path class=\"band\" d=\"%sZ\"/>", path(band.extent()));
    } else if (mark instanceof Mark.Points points) {
      points(points, points.points());
    }
    out.append("</g>\n");
  }

  private void points(Mark mark, List<Point> points) {
    for (Point point : points) {
      out.append(shape(mark.look(), screenX(point.x()), screenY(point.y()), point.note()))
          .append('\n');
    }
  }

  private String path(List<Point> points) {
    StringBuilder path = new StringBuilder();
    for (Point point : points) {
      path.append(path.isEmpty() ? 'M' : 'L')
          .append(String.format(Locale.ROOT, "%.1f %.1f", screenX(point.x()), screenY(point.y())));
    }
    return path.toString();
  }

  private static String shape(Look look, double x, double y, String note) {
    String outline =
        switch (look.shape()) {
          case CIRCLE -> "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z";
          case SQUARE -> "m-3.7-3.7h7.4v7.4h-7.4Z";
          case TRIANGLE -> "m0-5l4.8 8.5h-9.6Z";
          case DIAMOND -> "m0-5.2l5.2 5.2l-5.2 5.2l-5.2-5.2Z";
          case TRIANGLE_DOWN -> "m0 5l4.8-8.5h-9.6Z";
          case CROSS -> "m-4-4l8 8m0-8l-8 8";
          case PLUS -> "m0-5v10m-5-5h10";
        };
    String title = note.isEmpty() ? "" : "<title>" + Html.escape(note) + "</title>";
    return String.format(
        Locale.ROOT, "<path class=\"dot\" d=\"M%.1f %.1f%s\">%s</path>", x, y, outline, title);
  }

  private static String lineClass(Look look) {
    return look.dashed() ? "series dashed" : "series";
  }

  private static String colour(Mark mark) {
    return mark.look().colour().name().toLowerCase(Locale.ROOT);
  }

  private double screenX(double value) {
    return Frame.LEFT + scaleX.position(value) * (frame.right() - Frame.LEFT);
  }

  private double screenY(double value) {
    return frame.bottom() - scaleY.position(value) * (frame.bottom() - Frame.TOP);
  }

  private void element(String format, Object... arguments) {
    out.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }
}

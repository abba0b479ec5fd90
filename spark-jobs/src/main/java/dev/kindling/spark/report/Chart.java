package dev.kindling.spark.report;

import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * What a chart shows, whatever draws it: {@link SvgChart} for a page, {@link PngChart} for a file.
 *
 * @param title in a few words
 * @param x the axis from left to right
 * @param y the axis from bottom to top
 * @param marks what is drawn, from the back to the front
 * @param levels values of y to compare with
 */
public record Chart(String title, Axis x, Axis y, List<Mark> marks, List<Level> levels) {
  private static final double MARGIN_X = 0.02;
  private static final double MARGIN_Y = 0.06;

  /**
   * A horizontal line.
   *
   * @param label stands on it
   */
  public record Level(String label, double y) {}

  /** An empty chart. */
  public Chart(String title, Axis x, Axis y) {
    this(title, x, y, List.of(), List.of());
  }

  /** With a mark, if any of it can be drawn: numbers only, and above 0 on a logarithmic axis. */
  public Chart with(Mark added) {
    Mark visible = added.drawable(point -> x.holds(point.x()) && y.holds(point.y()));
    if (visible.extent().isEmpty()) {
      return this;
    }
    return new Chart(title, x, y, appended(marks, visible), levels);
  }

  /** With a level, if it can be drawn. */
  public Chart with(Level added) {
    return y.holds(added.y()) ? new Chart(title, x, y, marks, appended(levels, added)) : this;
  }

  /** Whether there is nothing to see. */
  public boolean isEmpty() {
    return marks.isEmpty();
  }

  Scale scaleX() {
    return x.around(points().map(Mark.Point::x).toList(), MARGIN_X);
  }

  Scale scaleY() {
    Stream<Double> values = points().map(Mark.Point::y);
    return y.around(Stream.concat(values, levels.stream().map(Level::y)).toList(), MARGIN_Y);
  }

  private Stream<Mark.Point> points() {
    return marks.stream().flatMap(mark -> mark.extent().stream());
  }

  /** The chart in words, for those who cannot see it. */
  String description() {
    StringBuilder text = new StringBuilder();
    for (Mark mark : marks) {
      if (!mark.name().isEmpty()) {
        text.append(mark.name()).append(": ").append(words(mark)).append(". ");
      }
    }
    for (Level level : levels) {
      text.append(level.label()).append(". ");
    }
    return text.toString().strip();
  }

  private String words(Mark mark) {
    List<Mark.Point> points = mark.extent();
    if (mark instanceof Mark.Line) {
      return "from " + words(points.get(0)) + " to " + words(points.get(points.size() - 1));
    }
    return x.label()
        + " from "
        + span(points, Mark.Point::x, x.notation())
        + ", "
        + y.label()
        + " from "
        + span(points, Mark.Point::y, y.notation());
  }

  private String words(Mark.Point point) {
    return y.notation().label(point.y()) + " at " + x.label() + " " + x.notation().label(point.x());
  }

  private static String span(
      List<Mark.Point> points, ToDoubleFunction<Mark.Point> value, Notation notation) {
    DoubleSummaryStatistics all = points.stream().mapToDouble(value).summaryStatistics();
    return notation.label(all.getMin()) + " to " + notation.label(all.getMax());
  }

  private static <T> List<T> appended(List<T> list, T added) {
    return Stream.concat(list.stream(), Stream.of(added)).toList();
  }
}

package dev.kindling.spark.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Something drawn in a {@link Chart}. What has no name is not in the legend. */
public sealed interface Mark {
  /** For the legend; may be empty. */
  String name();

  /** How it is drawn. */
  Look look();

  /** Every place that must be on the chart. */
  List<Point> extent();

  /** What is left of it without the points that have no place, and of a line no more than fits. */
  Mark drawable(Predicate<Point> visible);

  /**
   * One point.
   *
   * @param note what there is to say about it; may be empty
   */
  record Point(double x, double y, String note) {
    /** Without a note. */
    public Point(double x, double y) {
      this(x, y, "");
    }
  }

  /**
   * A line through points.
   *
   * @param dots whether every point is marked
   */
  record Line(String name, Look look, List<Point> points, boolean dots) implements Mark {
    private static final int MAX_POINTS = 600;

    @Override
    public List<Point> extent() {
      return points;
    }

    @Override
    public Line drawable(Predicate<Point> visible) {
      return new Line(name, look, thinned(points.stream().filter(visible).toList()), dots);
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
  }

  /** Points on their own. */
  record Points(String name, Look look, List<Point> points) implements Mark {
    @Override
    public List<Point> extent() {
      return points;
    }

    @Override
    public Points drawable(Predicate<Point> visible) {
      return new Points(name, look, points.stream().filter(visible).toList());
    }
  }

  /**
   * The area between two lines.
   *
   * @param low the lower line
   * @param high the upper line, at the same x
   */
  record Band(String name, Look look, List<Point> low, List<Point> high) implements Mark {
    /** Once around the area. */
    @Override
    public List<Point> extent() {
      List<Point> around = new ArrayList<>(low);
      for (int i = high.size() - 1; i >= 0; i--) {
        around.add(high.get(i));
      }
      return around;
    }

    @Override
    public Band drawable(Predicate<Point> visible) {
      List<Point> lower = new ArrayList<>();
      List<Point> upper = new ArrayList<>();
      for (int i = 0; i < low.size(); i++) {
        if (visible.test(low.get(i)) && visible.test(high.get(i))) {
          lower.add(low.get(i));
          upper.add(high.get(i));
        }
      }
      return new Band(name, look, lower, upper);
    }
  }
}

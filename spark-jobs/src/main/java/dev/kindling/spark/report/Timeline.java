package dev.kindling.spark.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What happened when, in rows below each other, as inline SVG: the ranks of a pipeline in a step,
 * or the executors of a cluster in a run. Where a row is empty, it waits.
 *
 * @param title as plain text
 * @param rows their names, from the top
 * @param kinds what there is to tell apart, each with a colour that its place here decides, but for
 *     {@link #WAIT}
 * @param spans in any order; those of a row do not overlap
 */
public record Timeline(String title, List<String> rows, List<String> kinds, List<Span> spans) {
  /** A kind that is the same colour everywhere, the least of all: nothing is done in it. */
  public static final String WAIT = "wait";

  private static final int WIDTH = 860;
  private static final int ROW = 26;
  private static final int BAR = 20;
  private static final int RIGHT = 20;
  private static final int TOP = 4;
  private static final int BOTTOM = 40;
  private static final int NUM_TICKS = 8;
  private static final int NUM_COLOURS = 8;
  private static final double CHARACTER = 7;
  private static final double NARROWEST = 1;

  /**
   * A stretch of time.
   *
   * @param row which row, from 0
   * @param kind which of the timeline's kinds
   * @param label what is written on it, where there is room
   * @param start in seconds
   * @param end in seconds, from the same moment
   */
  public record Span(int row, String kind, String label, double start, double end) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if it ends before it starts, or a time is not finite
     */
    public Span {
      if (!(start <= end) || !Double.isFinite(start) || !Double.isFinite(end)) {
        throw new IllegalArgumentException(
            "A span goes from " + start + " to " + end + " s: expected finite times in order");
      }
    }

    double seconds() {
      return end - start;
    }
  }

  /**
   * Keeps unmodifiable copies.
   *
   * @throws IllegalArgumentException if there is no span, or one is of a row or of a kind that
   *     there is not
   */
  public Timeline {
    rows = List.copyOf(rows);
    kinds = List.copyOf(kinds);
    spans =
        spans.stream()
            .sorted(Comparator.comparingDouble(Span::start).thenComparingInt(Span::row))
            .toList();
    if (spans.isEmpty()) {
      throw new IllegalArgumentException("A timeline has no span: expected one or more");
    }
    for (Span span : spans) {
      if (span.row() < 0 || span.row() >= rows.size()) {
        throw new IllegalArgumentException(
            "A span is of row " + span.row() + ": expected a row from 0 to " + (rows.size() - 1));
      }
      if (!kinds.contains(span.kind())) {
        throw new IllegalArgumentException(
            "A span is of kind '" + span.kind() + "': expected one of " + kinds);
      }
    }
  }

  /** A {@code <figure>} with a legend and a description for those who cannot see it. */
  public String toHtml() {
    StringBuilder out = new StringBuilder();
    out.append("<figure class=\"timeline\">\n<figcaption>")
        .append(Html.escape(title))
        .append("</figcaption>\n");
    Drawing drawing = new Drawing(left(), scale());
    legend(out, drawing);
    element(
        out,
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
        WIDTH,
        TOP + rows.size() * ROW + BOTTOM,
        Html.escape(title + ". " + String.join(", ", shares(drawing))));
    axis(out, drawing);
    for (int row = 0; row < rows.size(); row++) {
      element(
          out,
          "<text class=\"label\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
          drawing.left() - 8,
          top(row) + 15,
          Html.escape(rows.get(row)));
      drawing.merged(ofRow(row)).forEach(span -> bar(out, drawing, span));
    }
    return out.append("</svg>\n</figure>\n").toString();
  }

  /** Where a time lies on the page. */
  private record Drawing(int left, LinearScale scale) {
    double x(double seconds) {
      return left + scale.position(seconds) * (WIDTH - left - RIGHT);
    }

    double width(Span span) {
      return x(span.end()) - x(span.start());
    }

    /**
     * Neighbours that are too narrow to be seen apart become one, of the kind that takes longer: a
     * run of a million passes is still a small page.
     */
    List<Span> merged(List<Span> row) {
      List<Span> merged = new ArrayList<>();
      for (Span span : row) {
        int last = merged.size() - 1;
        if (last >= 0 && areSeenAsOne(merged.get(last), span)) {
          merged.set(last, union(merged.get(last), span));
        } else {
          merged.add(span);
        }
      }
      return merged;
    }

    private boolean areSeenAsOne(Span last, Span span) {
      return width(span) < NARROWEST
          && x(span.start()) - x(last.end()) < NARROWEST
          && (last.kind().equals(span.kind()) || width(last) < NARROWEST);
    }

    private static Span union(Span last, Span span) {
      return new Span(
          span.row(),
          last.seconds() < span.seconds() ? span.kind() : last.kind(),
          firstLabel(last.label()) + " … " + span.label(),
          last.start(),
          span.end());
    }

    private static String firstLabel(String label) {
      return label.split(" … ", 2)[0];
    }
  }

  private void axis(StringBuilder out, Drawing drawing) {
    int bottom = TOP + rows.size() * ROW;
    for (double tick : drawing.scale().ticks(NUM_TICKS)) {
      double x = drawing.x(tick);
      element(out, "<path class=\"grid\" d=\"M%.1f %dV%d\"/>", x, TOP, bottom);
      element(
          out,
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
          x,
          bottom + 16,
          Notation.PLAIN.label(tick));
    }
    element(
        out,
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">seconds</text>",
        WIDTH - RIGHT,
        bottom + 34);
  }

  private void bar(StringBuilder out, Drawing drawing, Span span) {
    double x = drawing.x(span.start());
    double width = Math.max(drawing.width(span), NARROWEST / 2);
    element(
        out,
        "<rect class=\"%s\" x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\"><title>%s</title>"
            + "</rect>",
        colour(span.kind()),
        x,
        top(span.row()),
        width,
        BAR,
        Html.escape(
            "%s: %s %s, %s to %s s"
                .formatted(
                    rows.get(span.row()),
                    span.kind(),
                    span.label(),
                    Notation.PLAIN.label(span.start()),
                    Notation.PLAIN.label(span.end()))));
    if (!span.label().isEmpty() && width > CHARACTER * span.label().length() + 2) {
      element(
          out,
          "<text class=\"on-bar\" x=\"%.2f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
          x + width / 2,
          top(span.row()) + 14,
          Html.escape(span.label()));
    }
  }

  private void legend(StringBuilder out, Drawing drawing) {
    out.append("<p class=\"legend\">\n");
    List<String> shares = shares(drawing);
    for (int i = 0; i < shares.size(); i++) {
      element(
          out,
          "<span><i class=\"%s\"></i> %s</span>",
          colour(kinds.get(i)),
          Html.escape(shares.get(i)));
    }
    out.append("</p>\n");
  }

  /** What part of the time of all rows each kind takes: {@code forward 24.2 %}. */
  private List<String> shares(Drawing drawing) {
    double all = rows.size() * (drawing.scale().max() - drawing.scale().min());
    return kinds.stream()
        .map(
            kind ->
                String.format(
                    Locale.ROOT,
                    "%s %.1f %%",
                    kind,
                    100
                        * spans.stream()
                            .filter(span -> span.kind().equals(kind))
                            .mapToDouble(Span::seconds)
                            .sum()
                        / all))
        .toList();
  }

  private String colour(String kind) {
    return kind.equals(WAIT) ? "kind-wait" : "kind-" + kinds.indexOf(kind) % NUM_COLOURS;
  }

  private List<Span> ofRow(int row) {
    return spans.stream().filter(span -> span.row() == row).toList();
  }

  /** As wide as the longest name, within reason. */
  private int left() {
    int longest = rows.stream().mapToInt(String::length).max().orElseThrow();
    return (int) Math.min(WIDTH / 3.0, 16 + CHARACTER * longest);
  }

  private LinearScale scale() {
    double min = spans.get(0).start();
    double max = spans.stream().mapToDouble(Span::end).max().orElseThrow();
    return new LinearScale(min, max > min ? max : min + 1);
  }

  private static int top(int row) {
    return TOP + row * ROW;
  }

  private static void element(StringBuilder out, String format, Object... arguments) {
    out.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }
}

package dev.kindling.benchmarks.report;

import java.util.List;
import java.util.Locale;

/**
 * Something measured, and what it is to be.
 *
 * @param what in words
 * @param value a ratio, or what {@code what} says
 * @param target in words; empty where it is there to be compared with
 */
public record Figure(String what, double value, String target) {
  /** Figures below each other. */
  public static TextTable table(List<Figure> figures) {
    TextTable table = new TextTable("measured", "figure", "target");
    figures.forEach(
        figure ->
            table.row(
                figure.what(),
                String.format(Locale.ROOT, "%.3f", figure.value()),
                figure.target()));
    return table;
  }
}

package dev.kindling.spark.sweep.fit;

import dev.kindling.spark.report.Notation;
import java.util.List;
import java.util.stream.IntStream;

/** What of a table finds room in a chart. */
final class Sample {
  private Sample() {}

  /** The first, the last and those evenly between, at most {@code count}. */
  static <T> List<T> evenly(List<T> all, int count) {
    if (all.size() <= count) {
      return all;
    }
    return IntStream.range(0, count)
        .mapToObj(i -> all.get(Math.round((float) i * (all.size() - 1) / (count - 1))))
        .toList();
  }

  /** A run in words. */
  static String note(Run run) {
    return Notation.COUNT.label(run.parameters())
        + " parameters, "
        + Notation.COUNT.label(run.tokens())
        + " tokens: loss "
        + Figures.of(run.loss());
  }
}

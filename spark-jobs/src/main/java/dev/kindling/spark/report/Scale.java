package dev.kindling.spark.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * One axis of a chart.
 *
 * @param min the value at its beginning
 * @param max the value at its end
 */
record Scale(double min, double max) {
  private static final double MARGIN = 0.06;

  /** With a margin around the values, or beginning at zero. */
  static Scale nice(List<Double> values, boolean fromZero) {
    double min = fromZero ? 0 : Collections.min(values);
    double max = Collections.max(values);
    double span = max > min ? max - min : Math.max(Math.abs(max), 1);
    return new Scale(fromZero ? 0 : min - MARGIN * span, max + MARGIN * span);
  }

  /** Where a value lies, from 0 to 1. */
  double position(double value) {
    return (value - min) / (max - min);
  }

  /** About {@code count} round values within. */
  List<Double> ticks(int count) {
    double rough = (max - min) / count;
    double magnitude = Math.pow(10, Math.floor(Math.log10(rough)));
    double fraction = rough / magnitude;
    double nice = fraction <= 1 ? 1 : fraction <= 2 ? 2 : fraction <= 5 ? 5 : 10;
    double step = nice * magnitude;
    List<Double> ticks = new ArrayList<>();
    for (double i = Math.ceil(min / step); i * step <= max; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  /** A short spelling: {@code 2,000}, {@code 0.25}, {@code 1.0e-04}. */
  static String label(double value) {
    double size = Math.abs(value);
    if (size != 0 && size < 0.01) {
      return String.format(Locale.ROOT, "%.1e", value);
    }
    if (size >= 100 || Math.abs(value - Math.rint(value)) < 1e-9) {
      return String.format(Locale.ROOT, "%,d", Math.round(value));
    }
    String text = String.format(Locale.ROOT, "%.3f", value);
    return text.replaceAll("0+$", "").replaceAll("\\.$", "");
  }
}

package dev.kindling.spark.sweep.simulate;

import java.util.Locale;

/** Numbers as they are shown. */
final class Figures {
  private static final double LEAST_SECONDS = 1;
  private static final double LEAST_MILLISECONDS = 1e-3;

  private Figures() {}

  /** {@code 1.23 s}, {@code 12.3 ms}, {@code 45.6 µs}. */
  static String seconds(double seconds) {
    double size = Math.abs(seconds);
    if (size >= LEAST_SECONDS) {
      return String.format(Locale.ROOT, "%.2f s", seconds);
    }
    return size >= LEAST_MILLISECONDS
        ? String.format(Locale.ROOT, "%.1f ms", 1e3 * seconds)
        : String.format(Locale.ROOT, "%.1f µs", 1e6 * seconds);
  }

  /** {@code 12.3 %}. */
  static String percent(double part) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * part);
  }

  /** {@code 1,234}. */
  static String whole(double number) {
    return String.format(Locale.ROOT, "%,.0f", number);
  }
}

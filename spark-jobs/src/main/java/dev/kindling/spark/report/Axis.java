package dev.kindling.spark.report;

import java.util.List;

/**
 * One axis of a chart.
 *
 * @param label what it counts, with the unit
 * @param logarithmic whether equal distances are equal ratios
 * @param notation of the numbers beside it
 * @param fromZero whether a linear axis begins at 0, whatever the values
 * @param marks the values to write beside it; empty for round ones
 */
public record Axis(
    String label, boolean logarithmic, Notation notation, boolean fromZero, List<Double> marks) {

  /** From a little before the least value to a little after the greatest. */
  public static Axis linear(String label, Notation notation) {
    return new Axis(label, false, notation, false, List.of());
  }

  /** From 0. */
  public static Axis fromZero(String label, Notation notation) {
    return new Axis(label, false, notation, true, List.of());
  }

  /** Of values above 0. */
  public static Axis logarithmic(String label, Notation notation) {
    return new Axis(label, true, notation, false, List.of());
  }

  /** With these values beside it, such as the sizes that a cluster had. */
  public Axis markedAt(List<Double> values) {
    return new Axis(label, logarithmic, notation, fromZero, List.copyOf(values));
  }

  Scale around(List<Double> values, double margin) {
    return logarithmic
        ? LogScale.around(values, margin)
        : LinearScale.around(values, margin, fromZero);
  }

  boolean holds(double value) {
    return Double.isFinite(value) && (!logarithmic || value > 0);
  }

  List<Double> ticks(Scale scale, int count) {
    return marks.isEmpty() || marks.size() > 2 * count ? scale.ticks(count) : marks;
  }
}

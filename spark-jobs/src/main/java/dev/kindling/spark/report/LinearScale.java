package dev.kindling.spark.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * An axis on which equal distances are equal differences.
 *
 * @param min the value at its beginning
 * @param max the value at its end
 */
record LinearScale(double min, double max) implements Scale {
  /** With a margin, a share of their span, around the values; from 0 there is none before it. */
  static LinearScale around(List<Double> values, double margin, boolean fromZero) {
    double min = fromZero ? 0 : Collections.min(values);
    double max = Collections.max(values);
    double span = max > min ? max - min : Math.max(Math.abs(max), 1);
    double end = max > min ? max : min + span;
    return new LinearScale(
        fromZero ? 0 : min - margin * span, (fromZero ? end : max) + margin * span);
  }

  @Override
  public double position(double value) {
    return (value - min) / (max - min);
  }

  @Override
  public List<Double> ticks(int count) {
    double rough = (max - min) / count;
    double magnitude = Math.pow(10, Math.floor(Math.log10(rough)));
    double fraction = rough / magnitude;
    double nice = fraction < 1.5 ? 1 : fraction < 3 ? 2 : fraction < 7 ? 5 : 10;
    double step = nice * magnitude;
    List<Double> ticks = new ArrayList<>();
    for (double i = Math.ceil(min / step); i * step <= max; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }
}

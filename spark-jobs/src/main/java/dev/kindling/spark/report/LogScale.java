package dev.kindling.spark.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * An axis on which equal distances are equal ratios.
 *
 * @param min the value at its beginning, above 0
 * @param max the value at its end
 */
record LogScale(double min, double max) implements Scale {
  /** Fewer would leave a reader to guess what lies between. */
  private static final int LEAST_TICKS = 3;

  /** How far an axis reaches around a single value. */
  private static final double LEAST_RATIO = 2;

  /** With a margin, a share of their span, around the values. */
  static LogScale around(List<Double> values, double margin) {
    double min = Collections.min(values);
    double max = Collections.max(values);
    double beyond = max > min ? Math.pow(max / min, margin) : LEAST_RATIO;
    return new LogScale(min / beyond, max * beyond);
  }

  @Override
  public double position(double value) {
    return Math.log(value / min) / Math.log(max / min);
  }

  /**
   * Powers of ten; over few decades 1, 2 and 5 of each; within less than a decade evenly spaced
   * values, as on a {@link LinearScale}.
   */
  @Override
  public List<Double> ticks(int count) {
    List<Double> fine = ticks(1, 1, 2, 5);
    if (fine.size() < LEAST_TICKS) {
      return new LinearScale(min, max).ticks(count);
    }
    if (fine.size() <= count + 2) {
      return fine;
    }
    int numDecades = ticks(1, 1).size();
    return ticks((numDecades + count - 1) / count, 1);
  }

  /** The multiples of every so many powers of ten. */
  private List<Double> ticks(int everyDecades, int... multiples) {
    List<Double> ticks = new ArrayList<>();
    int last = (int) Math.floor(Math.log10(max));
    for (int decade = (int) Math.floor(Math.log10(min)); decade <= last; decade++) {
      if (Math.floorMod(decade, everyDecades) == 0) {
        for (int multiple : multiples) {
          // As it is written: a power of ten may come out beside it.
          double tick = Double.parseDouble(multiple + "e" + decade);
          if (tick >= min && tick <= max) {
            ticks.add(tick);
          }
        }
      }
    }
    return ticks;
  }
}

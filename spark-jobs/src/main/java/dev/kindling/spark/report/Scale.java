package dev.kindling.spark.report;

import java.util.List;

/** Where the values of an axis lie, and which of them are written beside it. */
sealed interface Scale permits LinearScale, LogScale {
  /** Where a value lies, from 0 at the beginning of the axis to 1 at its end. */
  double position(double value);

  /** About {@code count} round values within. */
  List<Double> ticks(int count);
}

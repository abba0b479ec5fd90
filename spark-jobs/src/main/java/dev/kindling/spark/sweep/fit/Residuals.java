package dev.kindling.spark.sweep.fit;

import dev.kindling.spark.report.Axis;
import dev.kindling.spark.report.Chart;
import dev.kindling.spark.report.Chart.Level;
import dev.kindling.spark.report.Look;
import dev.kindling.spark.report.Mark.Point;
import dev.kindling.spark.report.Mark.Points;
import dev.kindling.spark.report.Notation;
import java.util.List;

/** How far the law lies above or below every run: a pattern here is what the law does not know. */
final class Residuals {
  private Residuals() {}

  static Chart of(List<Run> runs, FittedLaw fitted) {
    List<Point> points =
        runs.stream()
            .map(
                run -> {
                  double loss = fitted.law().loss(run);
                  return new Point(
                      run.loss(),
                      loss / run.loss() - 1,
                      Sample.note(run) + ", fitted " + Figures.of(loss));
                })
            .toList();
    return new Chart(
            "Fitted against measured loss",
            Axis.linear("measured loss", Notation.PLAIN),
            Axis.linear("fitted loss above (+) or below (-) the measured one", Notation.PERCENT))
        .with(new Points("runs", Look.of(0), points))
        .with(new Level("", 0));
  }
}

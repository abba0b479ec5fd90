package dev.kindling.spark.sweep.fit;

import dev.kindling.spark.report.Axis;
import dev.kindling.spark.report.Chart;
import dev.kindling.spark.report.Look;
import dev.kindling.spark.report.Mark.Band;
import dev.kindling.spark.report.Mark.Line;
import dev.kindling.spark.report.Mark.Point;
import dev.kindling.spark.report.Mark.Points;
import dev.kindling.spark.report.Notation;
import dev.kindling.spark.sweep.fit.FittedLaw.Best;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Loss over compute: every run a point, a curve for every size of model, and below them the
 * frontier, the best loss that any budget can buy (figure 2 of Hoffmann et al. 2022).
 */
final class LossAgainstCompute {
  /** More curves than this, and nobody can follow one. */
  private static final int MAX_CURVES = 7;

  private static final int POINTS_OF_A_CURVE = 40;

  /** How far a curve of the law goes on before the shortest and after the longest run. */
  private static final double BEYOND = 3;

  private LossAgainstCompute() {}

  static Chart of(List<Run> runs, Optional<FittedLaw> fitted) {
    Chart chart =
        new Chart(
            "Loss against compute",
            Axis.logarithmic("compute C, FLOPs", Notation.SCIENTIFIC),
            Axis.logarithmic("loss", Notation.PLAIN));
    if (fitted.isPresent()) {
      List<Best> frontier = fitted.get().frontier();
      chart =
          chart.with(
              new Band(
                  Notation.PERCENT.label(Bootstrap.CONFIDENCE) + " interval of the frontier",
                  Look.REFERENCE,
                  frontier.stream().map(best -> new Point(best.budget(), best.low())).toList(),
                  frontier.stream().map(best -> new Point(best.budget(), best.high())).toList()));
    }
    Map<Double, List<Run>> sizes =
        runs.stream()
            .collect(Collectors.groupingBy(Run::parameters, TreeMap::new, Collectors.toList()));
    List<Double> curves = Sample.evenly(List.copyOf(sizes.keySet()), MAX_CURVES);
    boolean isEverySizeACurve = curves.size() == sizes.size();
    for (int i = 0; i < curves.size(); i++) {
      double size = curves.get(i);
      Look look = Look.of(i);
      String name = "N = " + Notation.COUNT.label(size);
      List<Point> own = points(sizes.get(size));
      List<Point> curve =
          fitted.isPresent()
              ? curve(fitted.get().law(), size, sizes.get(size))
              : points(best(sizes.get(size)));
      chart =
          isEverySizeACurve
              ? chart.with(new Line("", look, curve, false)).with(new Points(name, look, own))
              : chart.with(new Line(name, look, curve, false));
    }
    if (!isEverySizeACurve) {
      chart = chart.with(new Points("runs", Look.QUIET, points(runs)));
    }
    if (fitted.isPresent()) {
      chart =
          chart.with(
              new Line(
                  "compute-optimal frontier",
                  Look.REFERENCE.asDashes(),
                  fitted.get().frontier().stream()
                      .map(best -> new Point(best.budget(), best.loss()))
                      .toList(),
                  false));
    }
    return chart;
  }

  private static List<Point> curve(ScalingLaw law, double size, List<Run> runs) {
    DataRange.Span compute = DataRange.Span.of(runs, Run::compute);
    return new DataRange.Span(compute.least() / BEYOND, compute.greatest() * BEYOND)
        .spread(POINTS_OF_A_CURVE).stream()
            .map(c -> new Point(c, law.loss(size, c / Run.FLOPS_PER_PARAMETER_AND_TOKEN / size)))
            .toList();
  }

  /** Of several runs with the same compute, the one with the least loss. */
  private static List<Run> best(List<Run> runs) {
    return List.copyOf(
        runs.stream()
            .collect(
                Collectors.toMap(
                    Run::compute,
                    Function.identity(),
                    BinaryOperator.minBy(Comparator.comparingDouble(Run::loss))))
            .values());
  }

  private static List<Point> points(List<Run> runs) {
    return runs.stream()
        .sorted(Comparator.comparingDouble(Run::compute))
        .map(run -> new Point(run.compute(), run.loss(), Sample.note(run)))
        .toList();
  }
}

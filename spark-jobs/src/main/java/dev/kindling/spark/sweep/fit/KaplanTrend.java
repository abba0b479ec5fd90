package dev.kindling.spark.sweep.fit;

import dev.kindling.spark.sweep.fit.PowerLaw.Point;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * L(x) = (x_c / x)^α for one x alone (Kaplan et al. 2020, equations 1.1 to 1.3): the loss where
 * nothing but x limits it. So only the best runs of a table count: those that no run with as much
 * or less of x undercuts. Some of them were lucky, so that an estimate may lie at the edge of its
 * interval. Without an irreducible loss, a trend promises too much further out.
 *
 * @param scale x_c
 * @param exponent α
 * @param numRuns that were on the frontier
 */
public record KaplanTrend(double scale, double exponent, int numRuns) {
  private static final int LEAST_RUNS = 3;

  /** Empty with fewer than three runs on the frontier. */
  static Optional<KaplanTrend> of(List<Run> runs, ToDoubleFunction<Run> x) {
    List<Point> frontier = new ArrayList<>();
    double best = Double.POSITIVE_INFINITY;
    Comparator<Run> order = Comparator.comparingDouble(x).thenComparingDouble(Run::loss);
    for (Run run : runs.stream().sorted(order).toList()) {
      if (run.loss() < best) {
        best = run.loss();
        frontier.add(new Point(x.applyAsDouble(run), best));
      }
    }
    return PowerLaw.through(frontier, LEAST_RUNS)
        .map(
            line ->
                new KaplanTrend(
                    Math.pow(line.scale(), -1 / line.exponent()),
                    -line.exponent(),
                    line.numPoints()));
  }
}

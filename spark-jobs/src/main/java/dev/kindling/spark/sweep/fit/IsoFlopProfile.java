package dev.kindling.spark.sweep.fit;

import java.util.List;
import java.util.Optional;
import org.apache.commons.math3.fitting.PolynomialCurveFitter;
import org.apache.commons.math3.fitting.WeightedObservedPoints;

/**
 * Runs of one budget: their loss is a parabola in ln N, whose lowest point is the best model for it
 * (Hoffmann et al. 2022, approach 2).
 *
 * @param budget geometric mean of the runs' compute, in FLOPs
 * @param numRuns of this budget
 * @param optimum the lowest point; empty where the runs do not enclose one
 */
public record IsoFlopProfile(double budget, int numRuns, Optional<Allocation> optimum) {
  private static final int LEAST_SIZES = 3;

  static IsoFlopProfile of(List<Run> runs) {
    double meanLog =
        runs.stream().mapToDouble(run -> Math.log(run.compute())).average().orElseThrow();
    double budget = Math.exp(meanLog);
    return new IsoFlopProfile(budget, runs.size(), lowest(runs, budget));
  }

  /** Centred, because ln N is some 20 and its square would drown the curvature. */
  private static Optional<Allocation> lowest(List<Run> runs, double budget) {
    if (runs.stream().mapToDouble(Run::parameters).distinct().count() < LEAST_SIZES) {
      return Optional.empty();
    }
    double centre =
        runs.stream().mapToDouble(run -> Math.log(run.parameters())).average().orElseThrow();
    WeightedObservedPoints points = new WeightedObservedPoints();
    runs.forEach(run -> points.add(Math.log(run.parameters()) - centre, run.loss()));
    double[] c = PolynomialCurveFitter.create(2).fit(points.toList());
    double logN = centre - c[1] / (2 * c[2]);
    double least = runs.stream().mapToDouble(Run::parameters).min().orElseThrow();
    double greatest = runs.stream().mapToDouble(Run::parameters).max().orElseThrow();
    double parameters = Math.exp(logN);
    if (!(c[2] > 0 && parameters >= least && parameters <= greatest)) {
      return Optional.empty();
    }
    double tokens = budget / Run.FLOPS_PER_PARAMETER_AND_TOKEN / parameters;
    double loss = c[0] - c[1] * c[1] / (4 * c[2]);
    return Optional.of(new Allocation(budget, parameters, tokens, loss));
  }
}

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
 * @param runs of this budget
 * @param parabola through them; empty with fewer than three sizes of model
 * @param optimum its lowest point; empty where the runs do not enclose one
 */
public record IsoFlopProfile(
    double budget, List<Run> runs, Optional<Parabola> parabola, Optional<Allocation> optimum) {
  private static final int LEAST_SIZES = 3;

  /**
   * L = c0 + c1 n + c2 n² with n = ln N - centre.
   *
   * @param centre because ln N is some 20 and its square would drown the curvature
   */
  public record Parabola(double centre, double c0, double c1, double c2) {
    private static Parabola through(List<Run> runs) {
      double centre =
          runs.stream().mapToDouble(run -> Math.log(run.parameters())).average().orElseThrow();
      WeightedObservedPoints points = new WeightedObservedPoints();
      runs.forEach(run -> points.add(Math.log(run.parameters()) - centre, run.loss()));
      double[] c = PolynomialCurveFitter.create(2).fit(points.toList());
      return new Parabola(centre, c[0], c[1], c[2]);
    }

    /** The loss of a model of N parameters. */
    public double loss(double parameters) {
      double n = Math.log(parameters) - centre;
      return c0 + n * (c1 + n * c2);
    }

    private Optional<Allocation> lowest(List<Run> runs, double budget) {
      double parameters = Math.exp(centre - c1 / (2 * c2));
      double least = runs.stream().mapToDouble(Run::parameters).min().orElseThrow();
      double greatest = runs.stream().mapToDouble(Run::parameters).max().orElseThrow();
      if (!(c2 > 0 && parameters >= least && parameters <= greatest)) {
        return Optional.empty();
      }
      double tokens = budget / Run.FLOPS_PER_PARAMETER_AND_TOKEN / parameters;
      return Optional.of(new Allocation(budget, parameters, tokens, c0 - c1 * c1 / (4 * c2)));
    }
  }

  static IsoFlopProfile of(List<Run> runs) {
    double meanLog =
        runs.stream().mapToDouble(run -> Math.log(run.compute())).average().orElseThrow();
    double budget = Math.exp(meanLog);
    long numSizes = runs.stream().mapToDouble(Run::parameters).distinct().count();
    Optional<Parabola> parabola =
        numSizes < LEAST_SIZES ? Optional.empty() : Optional.of(Parabola.through(runs));
    return new IsoFlopProfile(
        budget, List.copyOf(runs), parabola, parabola.flatMap(p -> p.lowest(runs, budget)));
  }
}

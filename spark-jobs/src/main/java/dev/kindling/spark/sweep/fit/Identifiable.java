package dev.kindling.spark.sweep.fit;

import dev.kindling.data.InvalidInputException;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.stat.correlation.PearsonsCorrelation;

/** Refuses tables from which no method could tell the coefficients of the law. */
final class Identifiable {
  private static final int NUM_COEFFICIENTS = 5;
  private static final int LEAST_DISTINCT = 3;
  private static final double TIED = 0.9999;

  private Identifiable() {}

  /**
   * Asks for more runs than coefficients, for a curvature in N and in D, and for runs in which D
   * does not follow from N.
   *
   * @throws InvalidInputException if one of these is missing
   */
  static void require(List<Run> runs) {
    if (runs.size() <= NUM_COEFFICIENTS) {
      throw new InvalidInputException(
          "the table has " + runs.size() + " runs",
          NUM_COEFFICIENTS + 1 + " or more: the law has " + NUM_COEFFICIENTS + " coefficients",
          "add runs");
    }
    requireDistinct(runs, Run::parameters, "numbers of parameters", "models of other sizes");
    requireDistinct(runs, Run::tokens, "numbers of tokens", "runs of other lengths");
    FitData data = FitData.of(runs);
    double correlation = new PearsonsCorrelation().correlation(data.logN(), data.logD());
    if (Math.abs(correlation) > TIED) {
      throw new InvalidInputException(
          "in all runs the tokens follow from the parameters (correlation of the logarithms "
              + correlation
              + ")",
          "models of one size trained on several numbers of tokens: else no fit can tell A and α"
              + " from B and β",
          "add runs with other ratios of tokens to parameters");
    }
  }

  /**
   * Asks for a law in which both parameters and tokens count: else the best model is endless.
   *
   * @throws InvalidInputException if one of them does not
   */
  static void requireOptimum(ScalingLaw law) {
    if (!law.hasOptima()) {
      throw new InvalidInputException(
          "there is no best model for a --budget: "
              + (law.modelFactor() == 0
                  ? "A is 0, the loss does not fall with the parameters"
                  : "B is 0, the loss does not fall with the tokens"),
          "runs whose loss falls with parameters and with tokens",
          "leave --budget out, or add runs that are less noisy or further apart");
    }
  }

  private static void requireDistinct(
      List<Run> runs, ToDoubleFunction<Run> value, String what, String remedy) {
    long numDistinct = runs.stream().mapToDouble(value).distinct().count();
    if (numDistinct < LEAST_DISTINCT) {
      throw new InvalidInputException(
          "the table has " + numDistinct + " different " + what,
          LEAST_DISTINCT + " or more: two points cannot show how a curve bends",
          "add " + remedy);
    }
  }
}

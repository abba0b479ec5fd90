package dev.kindling.spark.sweep.fit;

import dev.kindling.data.InvalidInputException;
import java.util.List;

/**
 * What is asked of a table of runs.
 *
 * @param columns their names
 * @param budgets to find the best model for, in FLOPs
 * @param extrapolate whether budgets may lie more than 10 times beyond the table
 * @param numResamples of the bootstrap
 * @param seed of its draws
 */
public record FitSettings(
    RunColumns columns, List<Double> budgets, boolean extrapolate, int numResamples, long seed) {
  /** Fewer would leave less than one value outside a 95 % interval. */
  private static final int LEAST_RESAMPLES = 40;

  /**
   * Checks the numbers.
   *
   * @throws InvalidInputException if one cannot be used
   */
  public FitSettings {
    budgets = List.copyOf(budgets);
    for (double budget : budgets) {
      if (!(budget > 0 && Double.isFinite(budget))) {
        throw new InvalidInputException(
            "--budget is " + budget, "FLOPs above 0, such as 1e21", "correct it");
      }
    }
    if (numResamples < LEAST_RESAMPLES) {
      throw new InvalidInputException(
          "--bootstrap is " + numResamples,
          LEAST_RESAMPLES + " resamples or more: the ends of an interval are quantiles of them",
          "leave it out for the default");
    }
  }
}

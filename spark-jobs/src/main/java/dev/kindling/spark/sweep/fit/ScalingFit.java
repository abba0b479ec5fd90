package dev.kindling.spark.sweep.fit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What a table of runs says about scaling, with intervals. Each of the two laws is resampled around
 * itself, because an interval around the other one would be of other numbers.
 *
 * @param runs of the table
 * @param settings that were asked for
 * @param table what it says
 * @param kaplan the joint law of Kaplan et al.
 * @param frontier budgets from the least to the greatest compute of the runs; empty where the law
 *     has no best model for a budget
 * @param estimates of both, by name
 * @param intervals of the estimates; those that too few resamples gave are missing
 */
record ScalingFit(
    List<Run> runs,
    FitSettings settings,
    TableFit table,
    KaplanFit kaplan,
    List<Double> frontier,
    Map<String, Double> estimates,
    Map<String, Interval> intervals) {
  private static final int NUM_BUDGETS = 25;

  /**
   * Fits a table.
   *
   * @throws dev.kindling.data.InvalidInputException if it cannot tell the coefficients, or a budget
   *     has no best model or lies too far beyond it
   */
  static ScalingFit of(List<Run> runs, FitSettings settings) {
    Identifiable.require(runs);
    TableFit table = TableFit.of(runs);
    if (!settings.budgets().isEmpty()) {
      Identifiable.requireOptimum(table.law());
    }
    if (!settings.extrapolate()) {
      DataRange range = DataRange.of(runs);
      settings.budgets().forEach(budget -> range.require(table.law().optimum(budget)));
    }
    KaplanFit kaplan = KaplanFit.of(runs);
    List<Double> frontier = frontier(runs, table.law());
    Map<String, Double> estimates =
        new LinkedHashMap<>(table.estimates(settings.budgets(), frontier));
    estimates.putAll(kaplan.estimates());
    Bootstrap bootstrap = new Bootstrap(settings.numResamples(), settings.seed());
    Map<String, Interval> intervals =
        new LinkedHashMap<>(
            bootstrap.intervals(
                runs,
                table.law()::loss,
                TableFit.NUM_COEFFICIENTS,
                drawn -> table.refit(drawn).estimates(settings.budgets(), frontier)));
    intervals.putAll(
        bootstrap.intervals(
            runs,
            kaplan.law()::loss,
            KaplanFit.NUM_COEFFICIENTS,
            drawn -> kaplan.refit(drawn).estimates()));
    return new ScalingFit(runs, settings, table, kaplan, frontier, estimates, intervals);
  }

  private static List<Double> frontier(List<Run> runs, ScalingLaw law) {
    DataRange.Span compute = DataRange.of(runs).compute();
    return law.hasOptima() ? compute.spread(NUM_BUDGETS) : List.of();
  }

  /** Root mean square of ln(predicted) - ln(measured) of a law on these runs. */
  double error(ToDoubleFunction<Run> law) {
    double sum = 0;
    for (Run run : runs) {
      double residual = Math.log(law.applyAsDouble(run) / run.loss());
      sum += residual * residual;
    }
    return Math.sqrt(sum / runs.size());
  }
}

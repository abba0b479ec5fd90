package dev.kindling.spark.sweep.fit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.math3.distribution.BinomialDistribution;
import org.junit.jupiter.api.Test;

class BootstrapTest {
  private static final int NUM_TABLES = 200;
  private static final int NUM_RESAMPLES = 199;
  private static final ScalingLaw TRUTH = PublishedLaw.CHINCHILLA.law();
  private static final double BUDGET = 1e21;
  private static final FitSettings SETTINGS =
      new FitSettings(
          new RunColumns("parameters", "tokens", "loss"),
          List.of(BUDGET),
          false,
          NUM_RESAMPLES,
          11);

  @Test
  void intervalsHoldTheTruthAsOftenAsTheySay() {
    List<Run> exact = Tables.grid(5, 6, TRUTH::loss);
    Map<String, Double> truth = TableFit.of(exact).estimates(List.of(BUDGET), List.of());
    List<String> names =
        List.of(
            "chinchilla/E",
            "chinchilla/A",
            "chinchilla/B",
            "chinchilla/alpha",
            "chinchilla/beta",
            "chinchilla/parametersExponent",
            "optima/0/parameters",
            "optima/0/tokens",
            "optima/0/loss");
    Map<String, Integer> numHeld = new TreeMap<>();
    for (int seed = 0; seed < NUM_TABLES; seed++) {
      List<Run> runs = Tables.noisy(exact, 0.01, seed);
      TableFit fit = TableFit.of(runs);
      Map<String, Interval> intervals = intervals(runs, fit);
      for (String name : names) {
        Interval interval = intervals.get(name);
        boolean held = interval.low() <= truth.get(name) && truth.get(name) <= interval.high();
        numHeld.merge(name, held ? 1 : 0, Integer::sum);
      }
    }

    BinomialDistribution held = new BinomialDistribution(null, NUM_TABLES, Bootstrap.CONFIDENCE);
    assertThat(numHeld)
        .hasSameSizeAs(names)
        .allSatisfy(
            (name, count) ->
                assertThat(count)
                    .isBetween(
                        held.inverseCumulativeProbability(0.001),
                        held.inverseCumulativeProbability(0.999)));
  }

  private static Map<String, Interval> intervals(List<Run> runs, TableFit fit) {
    return new Bootstrap(NUM_RESAMPLES, SETTINGS.seed())
        .intervals(
            runs,
            fit.law()::loss,
            TableFit.NUM_COEFFICIENTS,
            drawn -> fit.refit(drawn).estimates(List.of(BUDGET), List.of()));
  }

  @Test
  void intervalsOfExactLossesAreAPoint() {
    ScalingFit fit = ScalingFit.of(Tables.grid(6, 8, TRUTH::loss), SETTINGS);

    Interval alpha = fit.intervals().get("chinchilla/alpha");
    assertThat(alpha.high() - alpha.low()).isLessThan(1e-9);
    assertThat(alpha.numResamples()).isEqualTo(NUM_RESAMPLES);
  }

  @Test
  void aSeedGivesTheSameIntervalsOnAnyThreads() {
    List<Run> runs = Tables.noisy(Tables.grid(5, 5, TRUTH::loss), 0.01, 1);

    ScalingFit fit = ScalingFit.of(runs, SETTINGS);

    assertThat(ScalingFit.of(runs, SETTINGS).intervals()).isEqualTo(fit.intervals());
    assertThat(
            ScalingFit.of(
                    runs,
                    new FitSettings(
                        SETTINGS.columns(), SETTINGS.budgets(), false, NUM_RESAMPLES, 12))
                .intervals())
        .isNotEqualTo(fit.intervals());
  }

  @Test
  void everyEstimateHasAnIntervalAroundIt() {
    List<Run> runs =
        Tables.noisy(
            Tables.isoFlops(
                List.of(1e18, 1e19, 1e20), c -> TRUTH.optimum(c).parameters(), TRUTH::loss),
            0.003,
            2);

    ScalingFit fit =
        ScalingFit.of(
            runs, new FitSettings(SETTINGS.columns(), List.of(1e20), false, NUM_RESAMPLES, 1));

    assertThat(fit.intervals().keySet()).isEqualTo(fit.estimates().keySet());
    assertThat(fit.intervals())
        .allSatisfy(
            (name, interval) -> {
              assertThat(interval.low()).isLessThan(interval.high());
              // The best runs of a table were lucky: their trend may lie outside.
              if (!name.startsWith("kaplan/by")) {
                assertThat(fit.estimates().get(name)).isBetween(interval.low(), interval.high());
              }
            });
  }

  /** A selection of the resamples would say less than it seems to. */
  @Test
  void whatFewResamplesGiveHasNoInterval() {
    List<Run> runs = Tables.grid(3, 3, TRUTH::loss);
    double first = runs.get(0).loss();

    Map<String, Interval> intervals =
        new Bootstrap(100, 1)
            .intervals(
                Tables.noisy(runs, 0.01, 5),
                TRUTH::loss,
                TableFit.NUM_COEFFICIENTS,
                drawn ->
                    drawn.get(0).loss() > first
                        ? Map.of("all", 1.0, "some", 1.0)
                        : Map.of("all", 0.0));

    assertThat(intervals.keySet()).containsExactly("all");
  }
}

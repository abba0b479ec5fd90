package dev.kindling.spark.sweep.fit;

import dev.kindling.model.random.CounterBasedRandom;
import dev.kindling.model.random.RandomStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;

/**
 * Percentile intervals from tables as they might have come out: the same models and tokens, losses
 * of the fitted law, and errors drawn from the residuals (Efron and Tibshirani 1993, chapter 9).
 *
 * <p>Runs themselves are not drawn, as others do: a table of a few dozen would lose whole budgets
 * and sizes that way, and the intervals come out too wide (El Karoui and Purdom 2018). A fit that
 * is robust goes through or close to as many runs as it has coefficients, whose residuals say
 * nothing about the errors, so these are left out. The others get a sign by chance, because the fit
 * takes 0 for the median of the errors.
 *
 * @param numResamples tables to draw
 * @param seed of the draws; a resample depends on it and on its number alone
 */
record Bootstrap(int numResamples, long seed) {
  /** Share of the tables of the same truth whose interval holds it. */
  static final double CONFIDENCE = 0.95;

  /** With fewer values than this share of the resamples, an interval would be of a selection. */
  private static final double LEAST_SHARE = 0.9;

  /** Named values of one resample. */
  interface Statistic extends Function<List<Run>, Map<String, Double>> {}

  /**
   * The intervals of everything that a statistic gives.
   *
   * @param runs as they were measured
   * @param law that was fitted to them
   * @param numCoefficients of the law
   * @param statistic of the same models with other losses
   */
  Map<String, Interval> intervals(
      List<Run> runs, ToDoubleFunction<Run> law, int numCoefficients, Statistic statistic) {
    double[] errors =
        runs.stream()
            .mapToDouble(run -> Math.abs(Math.log(run.loss() / law.applyAsDouble(run))))
            .sorted()
            .skip(numCoefficients)
            .toArray();
    List<Map<String, Double>> resamples =
        IntStream.range(0, numResamples)
            .parallel()
            .mapToObj(number -> statistic.apply(draw(runs, law, errors, number)))
            .toList();
    Map<String, Interval> intervals = new LinkedHashMap<>();
    resamples.stream()
        .flatMap(resample -> resample.keySet().stream())
        .distinct()
        .forEach(
            name -> {
              double[] values =
                  resamples.stream()
                      .map(resample -> resample.getOrDefault(name, Double.NaN))
                      .mapToDouble(value -> value)
                      .filter(Double::isFinite)
                      .toArray();
              if (values.length >= LEAST_SHARE * numResamples) {
                intervals.put(name, interval(values));
              }
            });
    return Collections.unmodifiableMap(intervals);
  }

  private List<Run> draw(List<Run> runs, ToDoubleFunction<Run> law, double[] errors, int number) {
    RandomStream random = new RandomStream(CounterBasedRandom.key(seed, number));
    return runs.stream()
        .map(
            run -> {
              double error = errors[random.nextInt(errors.length)];
              double signed = random.nextBoolean(0.5) ? error : -error;
              double loss = law.applyAsDouble(run) * Math.exp(signed);
              return new Run(run.parameters(), run.tokens(), loss);
            })
        .toList();
  }

  private static Interval interval(double[] values) {
    Percentile percentile = new Percentile();
    percentile.setData(values);
    double tail = (1 - CONFIDENCE) / 2;
    return new Interval(
        percentile.evaluate(100 * tail), percentile.evaluate(100 * (1 - tail)), values.length);
  }
}

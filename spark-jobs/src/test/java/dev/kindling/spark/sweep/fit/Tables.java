package dev.kindling.spark.sweep.fit;

import dev.kindling.model.random.CounterBasedRandom;
import dev.kindling.model.random.RandomStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.distribution.NormalDistribution;

/** Tables whose law is known. */
final class Tables {
  static final double LEAST_PARAMETERS = 1e7;
  static final double GREATEST_PARAMETERS = 1e10;
  static final double LEAST_TOKENS = 1e9;
  static final double GREATEST_TOKENS = 3e11;

  private Tables() {}

  /** Every size of model with every number of tokens, both evenly spaced in logarithms. */
  static List<Run> grid(int numSizes, int numLengths, ToDoubleFunction<Run> law) {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < numSizes; i++) {
      double parameters = between(LEAST_PARAMETERS, GREATEST_PARAMETERS, i, numSizes);
      for (int j = 0; j < numLengths; j++) {
        runs.add(measured(parameters, between(LEAST_TOKENS, GREATEST_TOKENS, j, numLengths), law));
      }
    }
    return runs;
  }

  /** For every budget, models from a fourth to four times its centre. */
  static List<Run> isoFlops(
      List<Double> budgets, ToDoubleFunction<Double> centre, ToDoubleFunction<Run> law) {
    List<Run> runs = new ArrayList<>();
    for (double budget : budgets) {
      for (double factor : List.of(0.25, 0.5, 1.0, 2.0, 4.0)) {
        double parameters = factor * centre.applyAsDouble(budget);
        double tokens = budget / Run.FLOPS_PER_PARAMETER_AND_TOKEN / parameters;
        runs.add(measured(parameters, tokens, law));
      }
    }
    return runs;
  }

  /** The same runs with normal errors of ln(loss). */
  static List<Run> noisy(List<Run> runs, double deviation, long seed) {
    NormalDistribution normal = new NormalDistribution(null, 0, deviation);
    RandomStream random = new RandomStream(CounterBasedRandom.key(seed));
    return runs.stream()
        .map(
            run -> {
              double error = normal.inverseCumulativeProbability(random.nextDouble());
              return new Run(run.parameters(), run.tokens(), run.loss() * Math.exp(error));
            })
        .toList();
  }

  private static Run measured(double parameters, double tokens, ToDoubleFunction<Run> law) {
    return new Run(parameters, tokens, law.applyAsDouble(new Run(parameters, tokens, 1)));
  }

  private static double between(double least, double greatest, int place, int numPlaces) {
    return least * Math.pow(greatest / least, place / (numPlaces - 1.0));
  }
}

package dev.kindling.spark.sweep.fit;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Runs as the fit sees them. Units in which the geometric mean is 1 keep the terms of a law apart,
 * so that its equations are well conditioned.
 *
 * @param logN ln(parameters / {@code unitN}) of every run
 * @param logD ln(tokens / {@code unitD}) of every run
 * @param logLoss ln(loss / {@code unitLoss}) of every run
 * @param unitN geometric mean of all parameters
 * @param unitD geometric mean of all tokens
 * @param unitLoss geometric mean of all losses
 */
@SuppressWarnings("ArrayRecordComponent") // read in the innermost loop, and never handed out
record FitData(
    double[] logN, double[] logD, double[] logLoss, double unitN, double unitD, double unitLoss) {

  /** Of runs. */
  static FitData of(List<Run> runs) {
    double[] logN = logs(runs, Run::parameters);
    double[] logD = logs(runs, Run::tokens);
    double[] logLoss = logs(runs, Run::loss);
    return new FitData(
        centred(logN),
        centred(logD),
        centred(logLoss),
        Math.exp(mean(logN)),
        Math.exp(mean(logD)),
        Math.exp(mean(logLoss)));
  }

  int size() {
    return logLoss.length;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  private static double[] centred(double[] values) {
    double mean = mean(values);
    return Arrays.stream(values).map(value -> value - mean).toArray();
  }

  private static double[] logs(List<Run> runs, ToDoubleFunction<Run> value) {
    return runs.stream().mapToDouble(run -> Math.log(value.applyAsDouble(run))).toArray();
  }
}

package dev.kindling.model.backend.check;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Where the results of a kernel are furthest from the expected ones, for what is tolerated there.
 *
 * @param result its number, in the order in which the calls name what they write
 * @param element its number in the result
 * @param error relative to the largest expected element; infinite where one is not a number
 * @param tolerance the largest error that is tolerated
 */
public record Difference(
    int result, int element, double actual, double expected, double error, double tolerance) {
  /**
   * Errors are relative to the largest result, or to this where all cancel out: the terms of every
   * sum are of the order of 1.
   */
  private static final double LEAST_SCALE = 0.1;

  /**
   * The largest difference of all results.
   *
   * @param tolerance of results of an exactness
   * @throws IllegalArgumentException if there are no results, or other numbers of them
   */
  public static Difference largest(
      List<KernelRun.Result> actual,
      List<KernelRun.Result> expected,
      ToDoubleFunction<Exactness> tolerance) {
    if (actual.isEmpty() || actual.size() != expected.size()) {
      throw new IllegalArgumentException(
          "Cannot compare " + actual.size() + " results with " + expected.size());
    }
    Difference largest = null;
    for (int i = 0; i < actual.size(); i++) {
      double tolerated = tolerance.applyAsDouble(expected.get(i).exactness());
      Difference one = ofResult(i, actual.get(i).values(), expected.get(i).values(), tolerated);
      largest = largest == null ? one : largest.orLarger(one);
    }
    return largest;
  }

  private static Difference ofResult(
      int result, double[] actual, double[] expected, double tolerance) {
    if (actual.length == 0 || actual.length != expected.length) {
      throw new IllegalArgumentException(
          "Cannot compare " + actual.length + " elements with " + expected.length);
    }
    double scale = LEAST_SCALE;
    for (double value : expected) {
      scale = Math.max(scale, Math.abs(value));
    }
    int furthest = 0;
    double error = -1;
    for (int i = 0; i < actual.length && error < Double.POSITIVE_INFINITY; i++) {
      double distance = Math.abs(actual[i] - expected[i]) / scale;
      double here = Double.isNaN(distance) ? Double.POSITIVE_INFINITY : distance;
      if (here > error) {
        furthest = i;
        error = here;
      }
    }
    return new Difference(result, furthest, actual[furthest], expected[furthest], error, tolerance);
  }

  /** This or the other, whichever is larger for what is tolerated. */
  Difference orLarger(Difference other) {
    return other.error / other.tolerance > error / tolerance ? other : this;
  }

  /** Whether the results agree. */
  public boolean isTolerated() {
    return error <= tolerance;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "element %d of result %d is %.9g, expected %.9g: an error of %.1e of the largest, %.1e"
            + " allowed",
        element,
        result,
        actual,
        expected,
        error,
        tolerance);
  }
}

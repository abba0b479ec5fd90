package dev.kindling.spark.sweep.fit;

import java.util.List;
import java.util.Optional;
import org.apache.commons.math3.stat.regression.SimpleRegression;

/**
 * y = scale · x^exponent, a straight line in logarithms.
 *
 * @param scale y at x = 1
 * @param exponent the slope of the line
 * @param numPoints it goes through or past
 */
public record PowerLaw(double scale, double exponent, int numPoints) {
  /** A point of a curve. */
  record Point(double x, double y) {}

  /** Least squares in logarithms; empty with fewer than {@code leastPoints}. */
  static Optional<PowerLaw> through(List<Point> points, int leastPoints) {
    if (points.size() < leastPoints) {
      return Optional.empty();
    }
    SimpleRegression line = new SimpleRegression();
    points.forEach(point -> line.addData(Math.log(point.x()), Math.log(point.y())));
    return Optional.of(new PowerLaw(Math.exp(line.getIntercept()), line.getSlope(), points.size()));
  }

  /** The value at x. */
  public double at(double x) {
    return scale * Math.pow(x, exponent);
  }
}

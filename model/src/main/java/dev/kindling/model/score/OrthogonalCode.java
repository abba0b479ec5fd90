package dev.kindling.model.score;

/**
 * Vectors of plus and minus one that are orthogonal to each other: rows of Sylvester's Hadamard
 * matrices. All but row 0 have the mean 0, and all have the mean square 1, so that norms leave them
 * as they are.
 */
final class OrthogonalCode {
  private OrthogonalCode() {}

  /** Element {@code column} of vector {@code row}; both are below a power of two, the width. */
  static int element(int row, int column) {
    return Integer.bitCount(row & column) % 2 == 0 ? 1 : -1;
  }

  /** coefficients[i] × vector {@code i + 1}, summed up. */
  static double[] combine(double[] coefficients, int width) {
    double[] sum = new double[width];
    for (int i = 0; i < coefficients.length; i++) {
      for (int column = 0; column < width; column++) {
        sum[column] += coefficients[i] * element(i + 1, column);
      }
    }
    return sum;
  }

  /** The mean square of {@link #combine}. */
  static double meanSquare(double[] coefficients) {
    double sum = 0;
    for (double coefficient : coefficients) {
      sum += coefficient * coefficient;
    }
    return sum;
  }
}

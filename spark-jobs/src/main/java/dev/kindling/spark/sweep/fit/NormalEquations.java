package dev.kindling.spark.sweep.fit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.NonPositiveDefiniteMatrixException;

/**
 * The least-squares problem min ½ δᵀHδ - gᵀδ of one step, in which the first variables are
 * coefficients that must not become negative. With three of them at most, trying out which ones are
 * 0 is exact and simpler than the active-set method of Lawson and Hanson.
 */
final class NormalEquations {
  private static final double RIDGE = 1e-13;

  final double[][] hessian;
  final double[] gradient;

  NormalEquations(int numVariables) {
    hessian = new double[numVariables][numVariables];
    gradient = new double[numVariables];
  }

  /** Adds one row of the Jacobian with its residual (wanted minus predicted). */
  void add(double[] row, double residual, double weight) {
    for (int i = 0; i < gradient.length; i++) {
      double weighted = weight * row[i];
      gradient[i] += weighted * residual;
      for (int j = 0; j <= i; j++) {
        hessian[i][j] += weighted * row[j];
      }
    }
  }

  /**
   * The best step.
   *
   * @param coefficients as they are; the step takes none of them below 0
   * @param numVariables of the coefficients and what follows them that may change
   * @param damping of what follows them, relative to its curvature (Marquardt 1963)
   * @return empty if no step can be told from others
   */
  Optional<double[]> step(double[] coefficients, int numVariables, double damping) {
    int everything = 1 << coefficients.length;
    Optional<double[]> best = Optional.empty();
    double least = Double.POSITIVE_INFINITY;
    for (int zeros = 0; zeros < everything - 1; zeros++) {
      Optional<double[]> step = solve(coefficients, zeros, numVariables, damping);
      if (step.isPresent() && isFeasible(coefficients, step.get())) {
        if (zeros == 0) {
          return step;
        }
        double value = value(step.get());
        if (value < least) {
          least = value;
          best = step;
        }
      }
    }
    return best;
  }

  private static boolean isFeasible(double[] coefficients, double[] step) {
    for (int k = 0; k < coefficients.length; k++) {
      if (!(coefficients[k] + step[k] >= 0)) {
        return false;
      }
    }
    return true;
  }

  /** Solves for all variables but the coefficients in {@code zeros}, which go to 0. */
  private Optional<double[]> solve(
      double[] coefficients, int zeros, int numVariables, double damping) {
    double[] step = new double[gradient.length];
    List<Integer> free = new ArrayList<>();
    for (int i = 0; i < numVariables; i++) {
      if (i < coefficients.length && (zeros >> i & 1) == 1) {
        step[i] = -coefficients[i];
      } else if (hessian[i][i] > 0) {
        free.add(i);
      }
    }
    int size = free.size();
    if (size == 0) {
      return Optional.empty();
    }
    double[][] matrix = new double[size][size];
    double[] right = new double[size];
    for (int a = 0; a < size; a++) {
      int i = free.get(a);
      right[a] = gradient[i] - movedToTheRight(i, zeros, step);
      for (int b = 0; b < size; b++) {
        matrix[a][b] = at(i, free.get(b));
      }
      matrix[a][a] *= 1 + RIDGE + (i < coefficients.length ? 0 : damping);
    }
    try {
      double[] solution =
          new CholeskyDecomposition(new Array2DRowRealMatrix(matrix, false))
              .getSolver()
              .solve(new ArrayRealVector(right, false))
              .toArray();
      for (int a = 0; a < size; a++) {
        step[free.get(a)] = solution[a];
      }
      return Optional.of(step);
    } catch (NonPositiveDefiniteMatrixException e) {
      return Optional.empty();
    }
  }

  private double movedToTheRight(int i, int zeros, double[] step) {
    double sum = 0;
    for (int k = 0; zeros >> k != 0; k++) {
      sum += (zeros >> k & 1) * at(i, k) * step[k];
    }
    return sum;
  }

  private double value(double[] step) {
    double value = 0;
    for (int i = 0; i < step.length; i++) {
      double product = 0;
      for (int j = 0; j < step.length; j++) {
        product += at(i, j) * step[j];
      }
      value += step[i] * (product / 2 - gradient[i]);
    }
    return value;
  }

  private double at(int i, int j) {
    return i >= j ? hessian[i][j] : hessian[j][i];
  }
}

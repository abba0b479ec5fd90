package dev.kindling.spark.sweep.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Fits a {@link SeparableForm} to runs: minimises the Huber loss (δ = 10⁻³) of ln(predicted) -
 * ln(measured), as Hoffmann et al. 2022 (Chinchilla, approach 3) do.
 *
 * <p>Only the two exponents are searched for: the coefficients that belong to them follow from
 * non-negative least squares (variable projection; Golub and Pereyra 1973). A grid over the
 * exponents gives the starts. From each, Gauss-Newton steps with Kaufman's Jacobian and Marquardt's
 * damping go downhill, with weights that turn least squares into the Huber loss. There is no guess
 * of coefficients to make, and no optimiser that stops early, which spoilt the published fit
 * (Besiroglu et al. 2024).
 */
final class VariableProjection {
  /** Residuals above it count linearly: runs that went astray pull little. */
  static final double HUBER_DELTA = 1e-3;

  /** Where exponents end. What comes to lie here has not been found. */
  static final double LEAST_EXPONENT = 1e-3;

  /** The other end. */
  static final double GREATEST_EXPONENT = 5;

  private static final double[] GRID = {
    0.02, 0.05, 0.1, 0.15, 0.2, 0.27, 0.35, 0.45, 0.6, 0.8, 1.1, 1.5
  };
  private static final int NUM_STARTS = 5;
  private static final int MAX_STEPS = 1000;
  private static final int MAX_PROJECTIONS = 30;
  private static final double PROJECTED = 1e-4;
  private static final double CONVERGED = 1e-4;
  private static final double STANDSTILL = 1e-10;
  private static final double LEAST_DAMPING = 1e-9;
  private static final double GREATEST_DAMPING = 1e9;

  private final SeparableForm form;
  private final FitData data;
  private final double[] logTerms;
  private final double[] row;

  VariableProjection(SeparableForm form, FitData data) {
    this.form = form;
    this.data = data;
    this.logTerms = new double[form.numTerms()];
    this.row = new double[form.numTerms() + SeparableForm.NUM_EXPONENTS];
  }

  /** The best fit that any of the starts leads to. */
  FormFit fit() {
    List<FormFit> fits = starts().stream().map(this::descend).toList();
    FormFit best = fits.stream().min(Comparator.comparingDouble(FormFit::objective)).orElseThrow();
    long numAgreeing = fits.stream().filter(fit -> fit.agreesWith(best)).count();
    return best.withStarts(fits.size(), (int) numAgreeing);
  }

  /** The fit that a start nearby leads to, such as the fit of the same runs in other numbers. */
  FormFit fitFrom(double[] exponents) {
    return descend(project(exponents));
  }

  /** The points of the grid that are better than their neighbours, best first. */
  private List<FormFit> starts() {
    FormFit[][] grid = new FormFit[GRID.length][GRID.length];
    for (int i = 0; i < GRID.length; i++) {
      for (int j = 0; j < GRID.length; j++) {
        grid[i][j] = project(new double[] {GRID[i], GRID[j]});
      }
    }
    List<FormFit> starts = new ArrayList<>();
    for (int i = 0; i < GRID.length; i++) {
      for (int j = 0; j < GRID.length; j++) {
        if (isLowest(grid, i, j)) {
          starts.add(grid[i][j]);
        }
      }
    }
    Arrays.stream(grid)
        .flatMap(Arrays::stream)
        .filter(fit -> !starts.contains(fit))
        .sorted(Comparator.comparingDouble(FormFit::objective))
        .limit(NUM_STARTS)
        .forEach(starts::add);
    return starts.stream().limit(NUM_STARTS).toList();
  }

  private static boolean isLowest(FormFit[][] grid, int row, int column) {
    for (int i = Math.max(0, row - 1); i <= Math.min(GRID.length - 1, row + 1); i++) {
      for (int j = Math.max(0, column - 1); j <= Math.min(GRID.length - 1, column + 1); j++) {
        if (grid[i][j].objective() < grid[row][column].objective()) {
          return false;
        }
      }
    }
    return true;
  }

  /** The coefficients that belong to exponents. */
  FormFit project(double[] exponents) {
    double[] coefficients = new double[form.numTerms()];
    // Of runs in the middle, where all terms and the loss are 1 in these units.
    Arrays.fill(coefficients, 1.0 / coefficients.length);
    FormFit fit = at(exponents, coefficients);
    for (int i = 0; i < MAX_PROJECTIONS; i++) {
      FormFit next = projected(fit);
      double gain = fit.objective() - next.objective();
      fit = gain > 0 ? next : fit;
      if (!(gain > PROJECTED * fit.objective())) {
        return fit;
      }
    }
    return fit;
  }

  /** One Gauss-Newton step of the coefficients alone, halved until it leads downhill. */
  private FormFit projected(FormFit fit) {
    Optional<double[]> step = linearised(fit).step(fit.coefficients(), form.numTerms(), 0);
    return step.map(full -> shortened(fit, full)).orElse(fit);
  }

  private FormFit shortened(FormFit fit, double[] full) {
    for (double share = 1; share > PROJECTED; share /= 2) {
      FormFit next = moved(fit, full, share);
      if (next.objective() < fit.objective()) {
        return next;
      }
    }
    return fit;
  }

  private FormFit descend(FormFit start) {
    FormFit fit = start;
    double damping = 1e-3;
    int steps = 0;
    int still = 0;
    while (steps < MAX_STEPS && damping < GREATEST_DAMPING && still < 5) {
      steps++;
      NormalEquations equations = linearised(fit);
      Optional<double[]> step = equations.step(fit.coefficients(), row.length, damping);
      FormFit next = step.isPresent() ? projected(moved(fit, step.get(), 1)) : fit;
      double gain = fit.objective() - next.objective();
      if (gain > 0) {
        still = gain < STANDSTILL * fit.objective() ? still + 1 : 0;
        fit = next;
        damping = Math.max(LEAST_DAMPING, damping / 5);
      } else {
        damping *= 5;
      }
    }
    return fit.withSteps(steps, steps < MAX_STEPS && slope(fit) < CONVERGED);
  }

  private FormFit moved(FormFit fit, double[] step, double share) {
    double[] coefficients = fit.coefficients().clone();
    double[] exponents = fit.exponents().clone();
    for (int k = 0; k < coefficients.length; k++) {
      coefficients[k] = Math.max(0, coefficients[k] + share * step[k]);
    }
    for (int j = 0; j < exponents.length; j++) {
      double exponent = exponents[j] + share * step[coefficients.length + j];
      exponents[j] = Math.min(GREATEST_EXPONENT, Math.max(LEAST_EXPONENT, exponent));
    }
    return at(exponents, coefficients);
  }

  private FormFit at(double[] exponents, double[] coefficients) {
    double objective = 0;
    double power = form.power(exponents);
    for (int i = 0; i < data.size(); i++) {
      double size = Math.abs(data.logLoss()[i] - power * Math.log(sum(exponents, coefficients, i)));
      objective += size <= HUBER_DELTA ? size * size / 2 : HUBER_DELTA * (size - HUBER_DELTA / 2);
    }
    return FormFit.at(
        exponents, coefficients, Double.isNaN(objective) ? Double.POSITIVE_INFINITY : objective);
  }

  /** Leaves the terms themselves in {@code logTerms}. */
  private double sum(double[] exponents, double[] coefficients, int run) {
    form.logTerms(exponents, data.logN()[run], data.logD()[run], logTerms);
    double sum = 0;
    for (int k = 0; k < logTerms.length; k++) {
      logTerms[k] = Math.exp(logTerms[k]);
      sum += coefficients[k] * logTerms[k];
    }
    return sum;
  }

  /** Around a fit, with the weights that make the slopes those of the Huber loss. */
  private NormalEquations linearised(FormFit fit) {
    NormalEquations equations = new NormalEquations(row.length);
    double power = form.power(fit.exponents());
    for (int i = 0; i < data.size(); i++) {
      double residual = data.logLoss()[i] - fillRow(fit, power, i);
      equations.add(row, residual, Math.min(1, HUBER_DELTA / Math.abs(residual)));
    }
    return equations;
  }

  /** Puts the derivatives of ln(predicted) into {@code row}, and returns ln(predicted). */
  private double fillRow(FormFit fit, double power, int run) {
    double[] coefficients = fit.coefficients();
    double sum = sum(fit.exponents(), coefficients, run);
    double logSum = Math.log(sum);
    for (int k = 0; k < coefficients.length; k++) {
      row[k] = power * logTerms[k] / sum;
    }
    for (int j = 0; j < SeparableForm.NUM_EXPONENTS; j++) {
      double slope = form.powerSlope(j) * logSum;
      for (int k = 0; k < coefficients.length; k++) {
        slope += coefficients[k] * row[k] * form.slope(k, j, data.logN()[run], data.logD()[run]);
      }
      row[coefficients.length + j] = slope;
    }
    return power * logSum;
  }

  /** The steepest slope of the objective, relative to what it were if all residuals agreed. */
  private double slope(FormFit fit) {
    double[] gradient = linearised(fit).gradient;
    double[] most = new double[gradient.length];
    double power = form.power(fit.exponents());
    for (int i = 0; i < data.size(); i++) {
      fillRow(fit, power, i);
      for (int j = 0; j < most.length; j++) {
        most[j] += HUBER_DELTA * Math.abs(row[j]);
      }
    }
    double steepest = 0;
    for (int j = 0; j < most.length; j++) {
      boolean atZero = j < form.numTerms() && fit.coefficients()[j] == 0 && gradient[j] <= 0;
      if (!atZero && most[j] > 0) {
        steepest = Math.max(steepest, Math.abs(gradient[j]) / most[j]);
      }
    }
    return steepest;
  }
}

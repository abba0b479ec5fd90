package dev.kindling.spark.sweep.fit;

/**
 * A {@link SeparableForm} with numbers, in the units of the {@link FitData}.
 *
 * @param exponents θ
 * @param coefficients c
 * @param objective the sum of the Huber losses
 * @param steps that led here
 * @param converged whether the objective is flat here
 * @param numStarts from how many points of the grid the way down was tried
 * @param numAgreeing how many of them ended here
 */
@SuppressWarnings("ArrayRecordComponent") // values of the innermost loop, and never handed out
record FormFit(
    double[] exponents,
    double[] coefficients,
    double objective,
    int steps,
    boolean converged,
    int numStarts,
    int numAgreeing) {
  private static final double SAME = 1e-4;

  static FormFit at(double[] exponents, double[] coefficients, double objective) {
    return new FormFit(exponents, coefficients, objective, 0, false, 1, 1);
  }

  FormFit withSteps(int taken, boolean flat) {
    return new FormFit(exponents, coefficients, objective, taken, flat, numStarts, numAgreeing);
  }

  FormFit withStarts(int starts, int agreeing) {
    return new FormFit(exponents, coefficients, objective, steps, converged, starts, agreeing);
  }

  /** Whether both have the same exponents, as far as they matter. */
  boolean agreesWith(FormFit other) {
    for (int j = 0; j < exponents.length; j++) {
      if (Math.abs(exponents[j] - other.exponents[j]) > SAME) {
        return false;
      }
    }
    return true;
  }
}

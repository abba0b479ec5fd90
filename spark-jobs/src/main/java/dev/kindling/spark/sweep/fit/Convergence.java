package dev.kindling.spark.sweep.fit;

import java.util.ArrayList;
import java.util.List;

/** What makes a fit doubtful, in words; nothing where it is sound. */
final class Convergence {
  private Convergence() {}

  /**
   * The flags of a fit.
   *
   * @param coefficients names of the coefficients, in the form's order
   * @param exponents names of the exponents, likewise
   */
  static List<String> doubts(FormFit fit, List<String> coefficients, List<String> exponents) {
    List<String> doubts = new ArrayList<>();
    if (!fit.converged()) {
      doubts.add("the search ended after " + fit.steps() + " steps before the objective was flat");
    }
    if (2 * fit.numAgreeing() <= fit.numStarts()) {
      doubts.add(
          "only " + fit.numAgreeing() + " of " + fit.numStarts() + " starts led to this optimum");
    }
    for (int k = 0; k < coefficients.size(); k++) {
      if (fit.coefficients()[k] == 0) {
        doubts.add(coefficients.get(k) + " is 0: the runs do not show this term");
      }
    }
    for (int j = 0; j < exponents.size(); j++) {
      double exponent = fit.exponents()[j];
      if (exponent <= VariableProjection.LEAST_EXPONENT
          || exponent >= VariableProjection.GREATEST_EXPONENT) {
        doubts.add(exponents.get(j) + " lies at the end of its range: it was not found");
      }
    }
    return doubts;
  }
}

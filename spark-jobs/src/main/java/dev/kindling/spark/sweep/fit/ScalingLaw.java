package dev.kindling.spark.sweep.fit;

/**
 * L(N, D) = E + A / N^α + B / D^β (Hoffmann et al. 2022, equation 2).
 *
 * @param irreducible E, the loss of an endless model on endless data
 * @param modelFactor A
 * @param dataFactor B
 * @param alpha exponent of parameters
 * @param beta exponent of tokens
 */
public record ScalingLaw(
    double irreducible, double modelFactor, double dataFactor, double alpha, double beta) {

  /** The law that a fit of the {@link ChinchillaForm} found. */
  static ScalingLaw of(FormFit fit, FitData data) {
    double alpha = fit.exponents()[0];
    double beta = fit.exponents()[1];
    double[] c = fit.coefficients();
    return new ScalingLaw(
        c[0] * data.unitLoss(),
        c[1] * data.unitLoss() * Math.pow(data.unitN(), alpha),
        c[2] * data.unitLoss() * Math.pow(data.unitD(), beta),
        alpha,
        beta);
  }

  /** The loss that the law gives a run. */
  double loss(Run run) {
    return loss(run.parameters(), run.tokens());
  }

  /** The loss of N parameters after D tokens. */
  public double loss(double parameters, double tokens) {
    return irreducible
        + modelFactor * Math.pow(parameters, -alpha)
        + dataFactor * Math.pow(tokens, -beta);
  }

  /** a in N ∝ C^a: how fast the best model grows with the budget. */
  public double parametersExponent() {
    return beta / (alpha + beta);
  }

  /** b in D ∝ C^b. */
  public double tokensExponent() {
    return alpha / (alpha + beta);
  }

  /** Whether both parameters and tokens count: else the best model for a budget is endless. */
  public boolean hasOptima() {
    return modelFactor > 0 && dataFactor > 0;
  }

  /**
   * The best model for a budget: N = G (C / 6)^a with G = (α A / (β B))^(1 / (α + β)), equation 4
   * of Hoffmann et al.
   */
  public Allocation optimum(double budget) {
    double scale = Math.pow(alpha * modelFactor / (beta * dataFactor), 1 / (alpha + beta));
    double product = budget / Run.FLOPS_PER_PARAMETER_AND_TOKEN;
    double parameters = scale * Math.pow(product, parametersExponent());
    double tokens = product / parameters;
    return new Allocation(budget, parameters, tokens, loss(parameters, tokens));
  }
}

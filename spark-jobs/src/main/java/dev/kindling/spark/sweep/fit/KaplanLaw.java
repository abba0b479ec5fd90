package dev.kindling.spark.sweep.fit;

/**
 * L(N, D) = [(N_c / N)^(α_N / α_D) + D_c / D]^α_D (Kaplan et al. 2020, equation 1.5).
 *
 * @param parametersScale N_c
 * @param tokensScale D_c
 * @param alphaN exponent of parameters
 * @param alphaD exponent of tokens
 */
public record KaplanLaw(double parametersScale, double tokensScale, double alphaN, double alphaD) {

  /** The law that a fit of the {@link KaplanForm} found. */
  static KaplanLaw of(FormFit fit, FitData data) {
    double ratio = fit.exponents()[0];
    double alphaD = fit.exponents()[1];
    double unitOfSum = Math.pow(data.unitLoss(), 1 / alphaD);
    return new KaplanLaw(
        data.unitN() * Math.pow(fit.coefficients()[0] * unitOfSum, 1 / ratio),
        data.unitD() * fit.coefficients()[1] * unitOfSum,
        ratio * alphaD,
        alphaD);
  }

  /** The loss that the law gives a run. */
  double loss(Run run) {
    return loss(run.parameters(), run.tokens());
  }

  /** The loss of N parameters after D tokens. */
  public double loss(double parameters, double tokens) {
    double sum = Math.pow(parametersScale / parameters, alphaN / alphaD) + tokensScale / tokens;
    return Math.pow(sum, alphaD);
  }
}

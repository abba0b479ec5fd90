package dev.kindling.spark.sweep.fit;

/**
 * L = (a n^-ρ + b / d)^α_D, with the exponents (ρ = α_N / α_D, α_D): equation 1.5 of Kaplan et al.
 * 2020.
 */
record KaplanForm() implements SeparableForm {
  @Override
  public int numTerms() {
    return 2;
  }

  @Override
  public void logTerms(double[] exponents, double logN, double logD, double[] logTerms) {
    logTerms[0] = -exponents[0] * logN;
    logTerms[1] = -logD;
  }

  @Override
  public double slope(int term, int exponent, double logN, double logD) {
    return term == 0 && exponent == 0 ? -logN : 0;
  }

  @Override
  public double power(double[] exponents) {
    return exponents[1];
  }

  @Override
  public double powerSlope(int exponent) {
    return exponent == 1 ? 1 : 0;
  }
}

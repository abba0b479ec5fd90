package dev.kindling.spark.sweep.fit;

/** L = E + A n^-α + B d^-β with the exponents (α, β) and the coefficients (E, A, B). */
record ChinchillaForm() implements SeparableForm {
  @Override
  public int numTerms() {
    return 3;
  }

  @Override
  public void logTerms(double[] exponents, double logN, double logD, double[] logTerms) {
    logTerms[0] = 0;
    logTerms[1] = -exponents[0] * logN;
    logTerms[2] = -exponents[1] * logD;
  }

  @Override
  public double slope(int term, int exponent, double logN, double logD) {
    if (term != exponent + 1) {
      return 0;
    }
    return exponent == 0 ? -logN : -logD;
  }

  @Override
  public double power(double[] exponents) {
    return 1;
  }

  @Override
  public double powerSlope(int exponent) {
    return 0;
  }
}

package dev.kindling.spark.sweep.fit;

/**
 * A law of the form L = (Σ c_k φ_k(θ))^p(θ) with coefficients c ≥ 0: but for two exponents θ it is
 * linear under a logarithm, which is what {@link VariableProjection} lives on. The terms are powers
 * of n and d, parameters and tokens in units of their geometric means.
 */
sealed interface SeparableForm permits ChinchillaForm, KaplanForm {
  /** The exponents of every form here. */
  int NUM_EXPONENTS = 2;

  /** How many terms there are. */
  int numTerms();

  /** Puts the logarithms of all terms at (ln n, ln d) into {@code logTerms}. */
  void logTerms(double[] exponents, double logN, double logD, double[] logTerms);

  /** The derivative of a term's logarithm by an exponent. */
  double slope(int term, int exponent, double logN, double logD);

  /** The power of the sum, p. */
  double power(double[] exponents);

  /** The derivative of p by an exponent. */
  double powerSlope(int exponent);
}

package dev.kindling.data.tokenizer.unigram;

/** The logarithmic derivative of the gamma function. */
final class Digamma {
  /** From here on the asymptotic series is exact to about 1e-12. */
  private static final double LEAST_ASYMPTOTIC = 7;

  private Digamma() {}

  /**
   * ψ(x) of a positive x: the recurrence ψ(x) = ψ(x + 1) − 1/x up to where the asymptotic series in
   * x − ½ converges (Abramowitz and Stegun 1964, 6.3).
   */
  static double of(double x) {
    double shifted = x;
    double recurrence = 0;
    for (; shifted < LEAST_ASYMPTOTIC; shifted++) {
      recurrence -= 1 / shifted;
    }
    double y = shifted - 0.5;
    double r = 1 / (y * y);
    double series = r * (1.0 / 24 - r * (7.0 / 960 - r * (31.0 / 8064 - r * (127.0 / 30720))));
    return recurrence + StrictMath.log(y) + series;
  }
}

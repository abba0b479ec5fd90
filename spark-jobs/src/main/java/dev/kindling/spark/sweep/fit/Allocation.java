package dev.kindling.spark.sweep.fit;

/**
 * How a budget is best spent.
 *
 * @param budget compute C in FLOPs
 * @param parameters of the best model
 * @param tokens to train it on, C / (6 N)
 * @param loss that the law promises
 */
public record Allocation(double budget, double parameters, double tokens, double loss) {
  /** Tokens for every parameter. */
  public double tokensPerParameter() {
    return tokens / parameters;
  }
}

package dev.kindling.spark.sweep.fit;

/**
 * What one training run came to.
 *
 * @param parameters of the model (N)
 * @param tokens that it was trained on (D)
 * @param loss at the end, in nats per token or any other unit that all runs share (L)
 */
public record Run(double parameters, double tokens, double loss) {
  /** FLOPs per parameter and token of a forward and a backward pass (Kaplan et al. 2020). */
  static final double FLOPS_PER_PARAMETER_AND_TOKEN = 6;

  /** The compute of the run, C = 6 N D, in FLOPs. */
  public double compute() {
    return FLOPS_PER_PARAMETER_AND_TOKEN * parameters * tokens;
  }
}

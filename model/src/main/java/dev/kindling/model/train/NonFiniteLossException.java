package dev.kindling.model.train;

/**
 * The loss or its gradient is infinite or not a number: the optimisation diverged. Nothing was
 * updated, and the same step would fail again. The message is for the user.
 */
public final class NonFiniteLossException extends ArithmeticException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what happened at which step, and what to do
   */
  private NonFiniteLossException(String message) {
    super(message);
  }

  /**
   * Lets finite numbers pass.
   *
   * @param gradientNorm of the whole model
   * @param step from 0
   * @throws NonFiniteLossException if one of the two is infinite or not a number
   */
  public static void requireFinite(double loss, double gradientNorm, long step) {
    if (!Double.isFinite(loss) || !Double.isFinite(gradientNorm)) {
      throw new NonFiniteLossException(
          "At step "
              + step
              + " the loss is "
              + loss
              + " and the norm of its gradient "
              + gradientNorm
              + ", so the parameters were left as they were: lower the learning rate, lengthen the"
              + " warm-up or set maxGradientNorm");
    }
  }
}

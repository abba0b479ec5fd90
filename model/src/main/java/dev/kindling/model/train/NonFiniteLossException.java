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
  public NonFiniteLossException(String message) {
    super(message);
  }
}

package dev.kindling.spark.train;

/**
 * A loss or a gradient stopped being finite. The round was not applied; the last checkpoint is as
 * it was. The message is for the user.
 */
public final class TrainingDivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what happened where, and what to do
   */
  public TrainingDivergedException(String message) {
    super(message);
  }
}

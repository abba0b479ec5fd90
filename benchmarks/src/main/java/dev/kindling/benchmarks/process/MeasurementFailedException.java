package dev.kindling.benchmarks.process;

/** A child process that measures ended without a result. */
public final class MeasurementFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message which process, and what it said last
   */
  public MeasurementFailedException(String message) {
    super(message);
  }
}

package dev.kindling.spark.communicate;

/** A rank did not answer, or gave up. The message says which, and what it was waited for. */
public final class CommunicationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message which rank, what for, and what to do
   */
  public CommunicationException(String message) {
    super(message);
  }

  CommunicationException(String message, Throwable cause) {
    super(message, cause);
  }
}

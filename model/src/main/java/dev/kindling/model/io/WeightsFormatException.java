package dev.kindling.model.io;

/**
 * A weight file or its configuration cannot be used. The message is for the user: it names what was
 * given, what was expected and what to do.
 */
public final class WeightsFormatException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * @param given what was found, with the name of the file
   * @param expected what would have been right
   * @param remedy what the user can do about it
   */
  public WeightsFormatException(String given, String expected, String remedy) {
    this(given, expected, remedy, null);
  }

  /** As above, with the technical cause kept for the log. */
  public WeightsFormatException(String given, String expected, String remedy, Throwable cause) {
    super(given + "\n  expected: " + expected + "\n  to do:    " + remedy, cause);
  }
}

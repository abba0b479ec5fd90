package dev.kindling.data;

/**
 * Something that the user gave cannot be used. The message is for the user: it names what was
 * given, what was expected and what to do, and the command line prints it without a stack trace.
 */
public class InvalidInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param given what was found, with its name: a path, a key, a value
   * @param expected what would have been right
   * @param remedy what the user can do about it
   */
  public InvalidInputException(String given, String expected, String remedy) {
    this(given, expected, remedy, null);
  }

  /** As above, with the technical cause kept for the log. */
  public InvalidInputException(String given, String expected, String remedy, Throwable cause) {
    super(given + "\n  expected: " + expected + "\n  to do:    " + remedy, cause);
  }

  private InvalidInputException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * The same about one of several things.
   *
   * @param which comes first in the message
   */
  public InvalidInputException in(String which) {
    return new InvalidInputException(which + ": " + getMessage(), this);
  }
}

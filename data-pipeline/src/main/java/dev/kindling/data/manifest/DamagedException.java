package dev.kindling.data.manifest;

import dev.kindling.data.InvalidInputException;

/**
 * What was committed is not there as it was written: a file is missing, its size or hash is another
 * one, or a manifest is no manifest. Reading it again will not help, unlike a storage that does not
 * answer or a file of a newer version, which are plain {@link InvalidInputException}s or I/O
 * errors: only what is damaged may be passed over or replaced.
 */
public final class DamagedException extends InvalidInputException {
  private static final long serialVersionUID = 1L;

  /** As {@link InvalidInputException#InvalidInputException(String, String, String)}. */
  public DamagedException(String given, String expected, String remedy) {
    super(given, expected, remedy);
  }

  /** As above, with the technical cause kept for the log. */
  public DamagedException(String given, String expected, String remedy, Throwable cause) {
    super(given, expected, remedy, cause);
  }
}

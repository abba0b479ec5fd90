package dev.kindling.data.read;

import java.io.IOException;

/** A WARC record is not as the format says. */
final class BrokenWarcException extends IOException {
  private static final long serialVersionUID = 1L;

  BrokenWarcException(String message) {
    super(message);
  }
}

package dev.kindling.data.read;

import java.io.IOException;

/** The content of a gzip file is damaged, as opposed to a filesystem that fails. */
final class BrokenGzipException extends IOException {
  private static final long serialVersionUID = 1L;

  BrokenGzipException(String message) {
    super(message);
  }
}

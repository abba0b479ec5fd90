package dev.kindling.data.read;

import java.io.IOException;

/** The filesystem failed, as opposed to a file whose content is damaged. */
final class StorageException extends IOException {
  private static final long serialVersionUID = 1L;

  StorageException(IOException cause) {
    super(cause.getMessage(), cause);
  }
}

package dev.kindling.data.read;

import java.io.IOException;

/** The content of a compressed file cannot be read on, as opposed to a filesystem that fails. */
final class BrokenStreamException extends IOException {
  private static final long serialVersionUID = 1L;

  private final QuarantineReason reason;

  BrokenStreamException(QuarantineReason reason, String message) {
    super(message);
    this.reason = reason;
  }

  QuarantineReason reason() {
    return reason;
  }
}

package dev.kindling.data.read;

import dev.kindling.data.InvalidInputException;
import java.util.Locale;

/** What one document is in a plain-text file. */
enum TextMode {
  CHUNK,
  LINE,
  FILE;

  static TextMode of(String name) {
    for (TextMode mode : values()) {
      if (mode.name().toLowerCase(Locale.ROOT).equals(name)) {
        return mode;
      }
    }
    throw new InvalidInputException(
        "read.text is '" + name + "'", "chunk, line or file", "choose one of these");
  }
}

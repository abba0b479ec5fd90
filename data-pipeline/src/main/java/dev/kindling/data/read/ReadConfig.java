package dev.kindling.data.read;

import dev.kindling.data.InvalidInputException;
import java.io.Serializable;

/**
 * How files become documents.
 *
 * @param text what one document is in a plain-text file: {@code chunk} (about {@code
 *     chunkCharacters} characters, cut at a blank line where there is one), {@code line} or {@code
 *     file}
 * @param chunkCharacters the aim for {@code chunk}
 * @param maxRecordBytes a larger record goes to quarantine; at most {@link #LARGEST_RECORD}
 */
public record ReadConfig(String text, int chunkCharacters, long maxRecordBytes)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What still fits one Java array together with its characters: 512 MiB. */
  public static final long LARGEST_RECORD = 512L << 20;

  /**
   * @throws InvalidInputException if a value is out of range
   */
  public ReadConfig {
    TextMode.of(text);
    if (chunkCharacters < 1) {
      throw new InvalidInputException(
          "read.chunkCharacters is " + chunkCharacters, "1 or more", "choose another value");
    }
    if (maxRecordBytes < 1 || maxRecordBytes > LARGEST_RECORD) {
      throw new InvalidInputException(
          "read.maxRecordBytes is " + maxRecordBytes,
          "1 to " + LARGEST_RECORD,
          "choose another value");
    }
  }

  TextMode textMode() {
    return TextMode.of(text);
  }
}

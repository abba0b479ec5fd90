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
 * @param maxNestingDepth a line of JSON of more levels goes to quarantine; at most {@link
 *     #DEEPEST_NESTING}
 * @param maxDecompressionRatio decompressed per compressed bytes, from which on the rest of a gzip
 *     or Zstandard file goes to quarantine. Text has 3 to 20, very repetitive pages about 100, and
 *     gzip at most 1032. The first 16 MiB are free, so that small files may be as they are.
 * @param maxQuarantinedFraction a job fails above this fraction of records that cannot be read
 */
public record ReadConfig(
    String text,
    int chunkCharacters,
    long maxRecordBytes,
    int maxNestingDepth,
    int maxDecompressionRatio,
    double maxQuarantinedFraction)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What still fits one Java array together with its characters: 512 MiB. */
  public static final long LARGEST_RECORD = 512L << 20;

  /** More would use up the stack of a parser. */
  public static final int DEEPEST_NESTING = 1000;

  private static final int DEFAULT_NESTING_DEPTH = 64;
  private static final int DEFAULT_DECOMPRESSION_RATIO = 200;
  private static final double DEFAULT_QUARANTINED_FRACTION = 0.1;

  /** The other settings at their defaults. */
  public ReadConfig(String text, int chunkCharacters, long maxRecordBytes) {
    this(
        text,
        chunkCharacters,
        maxRecordBytes,
        DEFAULT_NESTING_DEPTH,
        DEFAULT_DECOMPRESSION_RATIO,
        DEFAULT_QUARANTINED_FRACTION);
  }

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
    if (maxNestingDepth < 1 || maxNestingDepth > DEEPEST_NESTING) {
      throw new InvalidInputException(
          "read.maxNestingDepth is " + maxNestingDepth,
          "1 to " + DEEPEST_NESTING,
          "choose another value");
    }
    if (maxDecompressionRatio < 1) {
      throw new InvalidInputException(
          "read.maxDecompressionRatio is " + maxDecompressionRatio,
          "1 or more",
          "choose another value");
    }
    if (!(maxQuarantinedFraction >= 0 && maxQuarantinedFraction <= 1)) {
      throw new InvalidInputException(
          "read.maxQuarantinedFraction is " + maxQuarantinedFraction,
          "0 to 1",
          "choose another value");
    }
  }

  TextMode textMode() {
    return TextMode.of(text);
  }
}

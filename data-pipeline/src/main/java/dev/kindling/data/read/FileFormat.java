package dev.kindling.data.read;

import java.util.Locale;
import java.util.Optional;

/** The formats that are read, known by the file's name. */
enum FileFormat {
  TEXT,
  JSON_LINES,
  HTML,
  PARQUET;

  private static final String GZIP_SUFFIX = ".gz";

  static boolean isGzipped(String fileName) {
    return fileName.toLowerCase(Locale.ROOT).endsWith(GZIP_SUFFIX);
  }

  /**
   * The format of a file; empty where it is not read. Parquet compresses its own pages and is read
   * from its end, so {@code .parquet.gz} is not among them.
   */
  static Optional<FileFormat> of(String fileName) {
    boolean gzipped = isGzipped(fileName);
    String name = fileName.toLowerCase(Locale.ROOT);
    if (gzipped) {
      name = name.substring(0, name.length() - GZIP_SUFFIX.length());
    }
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "txt" -> Optional.of(TEXT);
      case "jsonl" -> Optional.of(JSON_LINES);
      case "html", "htm" -> Optional.of(HTML);
      case "parquet" -> gzipped ? Optional.empty() : Optional.of(PARQUET);
      default -> Optional.empty();
    };
  }
}

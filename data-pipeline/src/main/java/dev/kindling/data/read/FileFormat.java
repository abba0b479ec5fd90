package dev.kindling.data.read;

import java.util.Locale;
import java.util.Optional;

/** The formats that are read, known by the file's name. */
enum FileFormat {
  TEXT,
  JSON_LINES,
  HTML,
  WARC,
  PARQUET;

  /**
   * The format of a file; empty where it is not read. Parquet compresses its own pages and is read
   * from its end, so {@code .parquet.gz} is not among them; and {@code .warc.zst} depends on a
   * dictionary that is no part of Zstandard's own format.
   */
  static Optional<FileFormat> of(String fileName) {
    Compression compression = Compression.of(fileName);
    String name = compression.strip(fileName).toLowerCase(Locale.ROOT);
    Optional<FileFormat> format =
        switch (name.substring(name.lastIndexOf('.') + 1)) {
          case "txt" -> Optional.of(TEXT);
          case "jsonl" -> Optional.of(JSON_LINES);
          case "html", "htm" -> Optional.of(HTML);
          case "warc", "wet" -> Optional.of(WARC);
          case "parquet" -> Optional.of(PARQUET);
          default -> Optional.empty();
        };
    return format.filter(known -> known.mayBe(compression));
  }

  private boolean mayBe(Compression compression) {
    return switch (this) {
      case TEXT, JSON_LINES, HTML -> true;
      case WARC -> compression != Compression.ZSTD;
      case PARQUET -> compression == Compression.NONE;
    };
  }
}

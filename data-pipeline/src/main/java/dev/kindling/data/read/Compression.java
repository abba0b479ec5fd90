package dev.kindling.data.read;

import java.util.Locale;

/** How a file is compressed as a whole, known by the end of its name. */
enum Compression {
  NONE(""),
  GZIP(".gz"),
  ZSTD(".zst");

  private final String suffix;

  Compression(String suffix) {
    this.suffix = suffix;
  }

  static Compression of(String fileName) {
    String name = fileName.toLowerCase(Locale.ROOT);
    if (name.endsWith(GZIP.suffix)) {
      return GZIP;
    }
    return name.endsWith(ZSTD.suffix) ? ZSTD : NONE;
  }

  /** The name of the file once it is decompressed. */
  String strip(String fileName) {
    return fileName.substring(0, fileName.length() - suffix.length());
  }
}

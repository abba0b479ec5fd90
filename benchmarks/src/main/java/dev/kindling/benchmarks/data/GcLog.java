package dev.kindling.benchmarks.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The log of a JVM's garbage collections, as {@code -Xlog:gc} writes it. */
final class GcLog {
  private static final Pattern COLLECTION = Pattern.compile("Pause .*[0-9]+M->([0-9]+)M\\(");
  private static final int MIB_BITS = 20;

  private GcLog() {}

  /**
   * The most heap in use right after a collection, over all logs in a directory. A young collection
   * leaves old garbage where it is, so it is no less than what was alive.
   *
   * @return bytes
   */
  static long peakAfterCollection(Path directory) throws IOException {
    long peak = 0;
    try (Stream<Path> logs = Files.list(directory)) {
      for (Path log : logs.toList()) {
        peak = Math.max(peak, peakAfterCollection(Files.readAllLines(log)));
      }
    }
    return peak;
  }

  /** The same of the lines of one log. */
  static long peakAfterCollection(List<String> lines) {
    long peak = 0;
    for (String line : lines) {
      Matcher collection = COLLECTION.matcher(line);
      if (collection.find()) {
        peak = Math.max(peak, Long.parseLong(collection.group(1)) << MIB_BITS);
      }
    }
    return peak;
  }
}

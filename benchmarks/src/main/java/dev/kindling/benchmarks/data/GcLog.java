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
  private static final Pattern COLLECTION =
      Pattern.compile("Pause (?<kind>.*) [0-9]+M->(?<after>[0-9]+)M\\(");
  private static final int MIB_BITS = 20;

  private GcLog() {}

  /**
   * The most heap in use right after a collection that reclaims old objects too (a mixed or a full
   * one), over all logs in a directory: no less than what was alive. Where a JVM had none, that
   * after a young one, which leaves old garbage where it is.
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
    long afterAny = 0;
    long afterOld = 0;
    for (String line : lines) {
      Matcher collection = COLLECTION.matcher(line);
      if (collection.find()) {
        long after = Long.parseLong(collection.group("after")) << MIB_BITS;
        String kind = collection.group("kind");
        afterAny = Math.max(afterAny, after);
        afterOld =
            kind.contains("Mixed") || kind.contains("Full") ? Math.max(afterOld, after) : afterOld;
      }
    }
    return afterOld > 0 ? afterOld : afterAny;
  }
}

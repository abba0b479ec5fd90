package dev.kindling.benchmarks.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The most memory that a process had resident. */
public final class PeakMemory {
  private static final String FIELD = "VmHWM:";
  private static final long BYTES_PER_KIB = 1024;

  private PeakMemory() {}

  /**
   * Of this process, so far: heap, natives and all.
   *
   * @return bytes
   * @throws IOException if the system has no {@code /proc}
   */
  public static long ofThisProcess() throws IOException {
    return parse(Files.readAllLines(Path.of("/proc/self/status")));
  }

  /** Reads the lines of {@code /proc/PID/status}. */
  static long parse(List<String> status) {
    for (String line : status) {
      if (line.startsWith(FIELD)) {
        String[] words = line.substring(FIELD.length()).strip().split(" ", -1);
        return Long.parseLong(words[0]) * BYTES_PER_KIB;
      }
    }
    throw new IllegalArgumentException("No line of the process's status starts with " + FIELD);
  }
}

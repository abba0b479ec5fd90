package dev.kindling.benchmarks.cli;

import dev.kindling.benchmarks.report.JsonRows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** What every command has. */
final class CommonOptions {
  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Native threads of each engine (default: the available cores).")
  private int numThreads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description =
          "How often all are measured, in turn and each time in a new process (default:"
              + " ${DEFAULT-VALUE}).")
  private int numRounds = 3;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the table to FILE, as a list of rows.")
  private Path json;

  int numThreads() {
    return requirePositive("--threads", numThreads);
  }

  int numRounds() {
    return requirePositive("--rounds", numRounds);
  }

  /** Writes {@code rows}, a list of records, if a file was asked for. */
  void writeJson(List<? extends Record> rows) throws IOException {
    if (json != null) {
      JsonRows.write(json, rows);
    }
  }

  static int requirePositive(String option, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(option + " is " + value + ": it must be 1 or more");
    }
    return value;
  }
}

package dev.kindling.benchmarks.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A child process that is ended when it takes too long; what it has printed until then is kept. */
public final class LimitedProcess {
  private LimitedProcess() {}

  /**
   * What came of it.
   *
   * @param exitCode of the process; without a meaning if it was ended
   * @param limit the time it was given
   * @param isOverLimit whether it was ended
   * @param standardOutput all that it printed
   * @param standardError likewise
   */
  public record Output(
      int exitCode,
      Duration limit,
      boolean isOverLimit,
      String standardOutput,
      String standardError) {
    /** Whether it came to its end, and says that all is well. */
    public boolean succeeded() {
      return exitCode == 0 && !isOverLimit;
    }

    /** The lines of its standard output. */
    public List<String> lines() {
      return standardOutput.lines().toList();
    }

    /** How it ended, and the last lines that it printed. */
    public String whyItFailed(String what, int mostLines) {
      List<String> lines = (standardOutput + "\n" + standardError).strip().lines().toList();
      return what
          + (isOverLimit
              ? " was ended after " + limit.toSeconds() + " s"
              : " ended with exit code " + exitCode)
          + ":\n"
          + String.join("\n", lines.subList(Math.max(0, lines.size() - mostLines), lines.size()));
    }
  }

  /**
   * Runs it to its end, or for so long.
   *
   * @throws UncheckedIOException if it cannot be started
   */
  public static Output run(ProcessBuilder builder, Duration limit) {
    try {
      Path output = Files.createTempFile("kindling-benchmark", ".out");
      Path errors = Files.createTempFile("kindling-benchmark", ".err");
      try {
        Process process =
            builder.redirectOutput(output.toFile()).redirectError(errors.toFile()).start();
        boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (!ended) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly().waitFor();
        }
        return new Output(process.exitValue(), limit, !ended, read(output), read(errors));
      } finally {
        Files.delete(output);
        Files.delete(errors);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MeasurementFailedException(builder.command().get(0) + " was interrupted");
    }
  }

  /** Whatever the bytes are: a process that was ended may have been in the middle of a letter. */
  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}

package dev.kindling.benchmarks.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs commands as a user does, through {@code bin/kindling}.
 *
 * @param launcher {@code bin/kindling}
 */
public record KindlingCommand(Path launcher) {
  private static final int MOST_LINES_OF_AN_ERROR = 30;

  /** The launcher that this program was started beside. */
  public static KindlingCommand installed() {
    String launcher = System.getProperty("kindling.benchmarks.launcher");
    if (launcher == null) {
      throw new IllegalArgumentException(
          "the system property kindling.benchmarks.launcher is not set: run this through"
              + " bin/benchmark");
    }
    return new KindlingCommand(Path.of(launcher));
  }

  /**
   * Runs one command, and waits for it.
   *
   * @param name for messages
   * @param logs where what it prints and logs goes
   * @param environment more of it
   * @throws MeasurementFailedException with the end of what it printed, if it failed
   */
  public void run(String name, Path logs, Map<String, String> environment, List<String> arguments)
      throws IOException, InterruptedException {
    Path printed = Files.createDirectories(logs).resolve("printed.txt");
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectErrorStream(true).redirectOutput(printed.toFile());
    // What the build resolved, whatever else is installed.
    builder.environment().remove("SPARK_HOME");
    builder.environment().put("KINDLING_LOG_DIR", logs.toString());
    builder.environment().putAll(environment);
    int exitCode = builder.start().waitFor();
    if (exitCode != 0) {
      List<String> lines = Files.readAllLines(printed);
      List<String> last =
          lines.subList(Math.max(0, lines.size() - MOST_LINES_OF_AN_ERROR), lines.size());
      throw new MeasurementFailedException(
          name + " ended with exit code " + exitCode + ":\n" + String.join("\n", last));
    }
  }
}

package dev.kindling.spark.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command line in a process of its own, which can be sent signals. */
final class DriverProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;
  private final List<String> lines = new ArrayList<>();

  private DriverProcess(Process process) {
    this.process = process;
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Starts {@code kindling} with these arguments, on the class path of the tests. */
  static DriverProcess start(Path directory, List<String> arguments) throws IOException {
    return start(directory, "600m", arguments);
  }

  /** The same with another size of heap. */
  static DriverProcess start(Path directory, String heap, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-") || argument.startsWith("-XX:"))
        .forEach(command::add);
    command.addAll(List.of("-Xmx" + heap, "-cp", System.getProperty("java.class.path")));
    command.add(Kindling.class.getName());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(directory.toFile());
    builder.redirectErrorStream(true);
    return new DriverProcess(builder.start());
  }

  /** Reads what it prints until a line contains {@code text}. */
  DriverProcess awaitLine(String text) throws IOException {
    String line = output.readLine();
    while (line != null) {
      lines.add(line);
      if (line.contains(text)) {
        return this;
      }
      line = output.readLine();
    }
    throw new AssertionError("it has ended without '" + text + "': " + printed());
  }

  /** Waits until there is such a file. */
  void awaitFile(Path file) throws InterruptedException {
    while (!Files.exists(file)) {
      if (process.waitFor(10, TimeUnit.MILLISECONDS)) {
        throw new AssertionError("it has ended without " + file);
      }
    }
  }

  /** Sends a signal, as {@code kill -NAME}. */
  void signal(String name) throws IOException, InterruptedException {
    String pid = String.valueOf(process.pid());
    new ProcessBuilder("kill", "-" + name, pid).inheritIO().start().waitFor();
  }

  /** Reads what it prints to its end, and returns the exit code. */
  int awaitExit() throws IOException, InterruptedException {
    output.lines().forEach(lines::add);
    return process.waitFor();
  }

  /** What it has printed so far, on either stream. */
  String printed() {
    return String.join("\n", lines);
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    output.close();
  }
}

package dev.kindling.benchmarks.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A JVM that measures one thing and prints the result as its last line. Nothing of this process's
 * environment reaches it but where programs and temporary files are, so that a number does not
 * depend on what Spark, a shell or a site has exported.
 *
 * @param mainClass the class to run
 * @param classpath its class path
 * @param numThreads the OpenMP and OpenBLAS threads of its natives
 * @param environment variables that it gets besides
 */
public record ChildJvm(
    String mainClass, String classpath, int numThreads, Map<String, String> environment) {
  private static final Set<String> INHERITED =
      Set.of("PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR");
  private static final int MOST_LINES_OF_AN_ERROR = 30;

  /** The class path of this JVM. */
  public static String ownClasspath() {
    return System.getProperty("java.class.path");
  }

  /**
   * Runs it to its end.
   *
   * @return its last line on standard output
   * @throws MeasurementFailedException with the end of what it printed, if it failed or was silent
   */
  public String lastLine(List<String> arguments) {
    try {
      Path errors = Files.createTempFile("kindling-benchmark", ".log");
      try {
        Process process = process(arguments).redirectError(errors.toFile()).start();
        String output =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int exitCode = process.waitFor();
        if (exitCode != 0 || output.isEmpty()) {
          throw new MeasurementFailedException(
              String.join(" ", mainClass, String.join(" ", arguments))
                  + " ended with exit code "
                  + exitCode
                  + ":\n"
                  + end(output + "\n" + Files.readString(errors)));
        }
        return output.substring(output.lastIndexOf('\n') + 1);
      } finally {
        Files.delete(errors);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MeasurementFailedException(mainClass + " was interrupted");
    }
  }

  private ProcessBuilder process(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Small, because a heap that grows with nothing else to do would count as memory of the step.
    command.add("-Xmx128m");
    command.add("-XX:+UseSerialGC");
    // All tensors lie outside the heap; JavaCPP would hold them to the size of the heap.
    command.add("-Dorg.bytedeco.javacpp.maxbytes=0");
    command.add("-Dorg.bytedeco.javacpp.maxphysicalbytes=0");
    command.add("-cp");
    command.add(classpath);
    command.add(mainClass);
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    Map<String, String> variables = builder.environment();
    variables.keySet().retainAll(INHERITED);
    // OpenMP threads that spin for long make a step several times slower on few cores.
    variables.put("OMP_WAIT_POLICY", "PASSIVE");
    variables.put("OMP_NUM_THREADS", Integer.toString(numThreads));
    variables.put("OPENBLAS_NUM_THREADS", Integer.toString(numThreads));
    variables.putAll(environment);
    return builder;
  }

  private static String end(String text) {
    List<String> lines = text.strip().lines().toList();
    return String.join(
        "\n", lines.subList(Math.max(0, lines.size() - MOST_LINES_OF_AN_ERROR), lines.size()));
  }
}

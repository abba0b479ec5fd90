package dev.kindling.benchmarks.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
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
  private static final Duration UNLIMITED = Duration.ofDays(10);

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
    return lastLine(arguments, UNLIMITED);
  }

  /**
   * As above, for so long.
   *
   * @throws MeasurementFailedException also if it took longer, and was ended
   */
  public String lastLine(List<String> arguments, Duration limit) {
    LimitedProcess.Output output = LimitedProcess.run(process(arguments), limit);
    String printed = output.standardOutput().strip();
    if (!output.succeeded() || printed.isEmpty()) {
      throw new MeasurementFailedException(
          output.whyItFailed(
              mainClass + " " + String.join(" ", arguments), MOST_LINES_OF_AN_ERROR));
    }
    return printed.substring(printed.lastIndexOf('\n') + 1);
  }

  /**
   * The value of a result that is a line of JSON.
   *
   * @throws MeasurementFailedException if it is none
   */
  public static <T> T parse(String line, Class<T> type) {
    try {
      return new ObjectMapper().readValue(line, type);
    } catch (JsonProcessingException e) {
      throw new MeasurementFailedException("expected a result, but was printed: " + line);
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
}

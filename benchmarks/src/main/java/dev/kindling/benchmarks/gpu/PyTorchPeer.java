package dev.kindling.benchmarks.gpu;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.benchmarks.process.LimitedProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Plain PyTorch, in one process for all tasks: {@code benchmarks/src/main/python/gpu_peer.py}.
 *
 * @param python the interpreter that has PyTorch
 * @param script that file
 */
public record PyTorchPeer(String python, Path script) {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String SCRIPT_PROPERTY = "kindling.benchmarks.gpu.peer";
  private static final int MOST_LINES_OF_AN_ERROR = 15;

  /**
   * The peer whose script lies where the launcher says.
   *
   * @throws IllegalArgumentException if it does not say so, or there is no such file
   */
  public static PyTorchPeer installed(String python) {
    String script = System.getProperty(SCRIPT_PROPERTY);
    if (script == null || !Files.isRegularFile(Path.of(script))) {
      throw new IllegalArgumentException(
          "the system property "
              + SCRIPT_PROPERTY
              + " is "
              + script
              + ": run this through bin/benchmark or bin/gpu-check, or leave pytorch out of"
              + " --engines");
    }
    return new PyTorchPeer(python, Path.of(script));
  }

  /** Measures what it can until the limit. */
  GpuResults measure(GpuRun run, List<GpuTask> tasks) {
    List<String> command = new ArrayList<>(List.of(python, script.toString()));
    command.addAll(List.of("--steps", Integer.toString(run.numSteps())));
    command.addAll(
        List.of("--precision", run.precision().name().toLowerCase(java.util.Locale.ROOT)));
    command.addAll(List.of("--matmul-size", Integer.toString(run.matmulSize())));
    tasks.forEach(task -> command.addAll(List.of("--task", describe(task))));
    LimitedProcess.Output output =
        LimitedProcess.run(
            new ProcessBuilder(command), run.limit().multipliedBy(tasks.size() + 1L));
    GpuResults results = parse(output.lines());
    if (output.succeeded()) {
      return results;
    }
    List<String> failures = new ArrayList<>(results.failures());
    failures.add(output.whyItFailed(python + " " + script, MOST_LINES_OF_AN_ERROR));
    return new GpuResults(results.matmulFlops(), results.measurements(), failures);
  }

  private static String describe(GpuTask task) {
    Map<String, Object> shape = new LinkedHashMap<>();
    shape.put("name", task.name());
    shape.put("kind", task.kind());
    shape.put("architecture", task.model().architecture());
    shape.put("layers", task.model().numLayers());
    shape.put("heads", task.model().numHeads());
    shape.put("width", task.model().width());
    shape.put("vocabulary", task.model().vocabSize());
    shape.put("length", task.model().length());
    shape.put("batch", task.model().batch());
    shape.put("masked", task.model().numMasked());
    try {
      return MAPPER.writeValueAsString(shape);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a task cannot be told as JSON", e);
    }
  }

  /** Reads what it prints: an object of JSON a line, among lines of others. */
  static GpuResults parse(List<String> lines) {
    double matmulFlops = 0;
    List<GpuMeasurement> measurements = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    for (String line : lines) {
      JsonNode result = object(line);
      if (result == null) {
        continue;
      }
      if (result.has("matmulFlops")) {
        matmulFlops = result.get("matmulFlops").asDouble();
      } else if (result.has("error")) {
        failures.add(result.path("task").asText() + ": " + result.get("error").asText());
      } else if (result.has("seconds")) {
        measurements.add(
            new GpuMeasurement(
                result.path("task").asText(),
                result.path("batch").asInt(),
                result.get("seconds").asDouble(),
                result.path("deviceBytes").asLong(),
                result.path("loss").asDouble()));
      }
    }
    return new GpuResults(matmulFlops, measurements, failures);
  }

  /** Null if the line is something else. */
  private static JsonNode object(String line) {
    if (!line.startsWith("{")) {
      return null;
    }
    try {
      return MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      return null;
    }
  }
}

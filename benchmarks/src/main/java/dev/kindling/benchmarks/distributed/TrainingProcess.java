package dev.kindling.benchmarks.distributed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.benchmarks.process.MeasurementFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs commands as a user does, through {@code bin/kindling}.
 *
 * @param launcher {@code bin/kindling}
 * @param work where outputs and logs go
 */
public record TrainingProcess(Path launcher, Path work) {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int MOST_LINES_OF_AN_ERROR = 30;

  /**
   * Trains on executors of {@code coresPerExecutor} cores, one task on each.
   *
   * @param name of the run's directory
   * @param settings {@code section.key=value}
   * @throws MeasurementFailedException with the end of what it printed, if it failed
   */
  public TrainedRun train(
      String name, Path tokens, int numExecutors, int coresPerExecutor, List<String> settings)
      throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--conf",
                "spark.master=local-cluster[" + numExecutors + "," + coresPerExecutor + ",3072]",
                "--conf",
                "spark.executor.memory=2560m",
                "--conf",
                "spark.task.cpus=" + coresPerExecutor,
                "pretrain",
                "--input",
                tokens.toString(),
                "--output",
                work.resolve(name).toString()));
    for (String setting : settings) {
      arguments.add("--set");
      arguments.add(setting);
    }
    run(name, arguments);
    return read(name);
  }

  /** Runs any command. */
  public void run(String name, List<String> arguments) throws IOException, InterruptedException {
    Path printed = Files.createDirectories(work.resolve("logs")).resolve(name + ".txt");
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectErrorStream(true).redirectOutput(printed.toFile());
    builder.environment().remove("SPARK_HOME");
    builder.environment().put("KINDLING_LOG_DIR", work.resolve("logs").resolve(name).toString());
    int exitCode = builder.start().waitFor();
    if (exitCode != 0) {
      List<String> lines = Files.readAllLines(printed);
      List<String> last =
          lines.subList(Math.max(0, lines.size() - MOST_LINES_OF_AN_ERROR), lines.size());
      throw new MeasurementFailedException(
          name + " ended with exit code " + exitCode + ":\n" + String.join("\n", last));
    }
  }

  /** What a run of that name has measured. */
  public TrainedRun read(String name) throws IOException {
    Path run = work.resolve(name);
    List<TrainedRun.Round> rounds = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      JsonNode event = MAPPER.readTree(line);
      if (event.path("event").asText().equals("round")) {
        rounds.add(
            new TrainedRun.Round(
                event.path("compute_seconds").asDouble(),
                event.path("averaging_seconds").asDouble(),
                event.path("bytes_moved").asLong(),
                event.path("tokens").asLong()));
      }
    }
    JsonNode summary = MAPPER.readTree(run.resolve("summary.json").toFile());
    return new TrainedRun(
        rounds, summary.path("parameters").asLong(), summary.path("validation_loss").asDouble());
  }
}

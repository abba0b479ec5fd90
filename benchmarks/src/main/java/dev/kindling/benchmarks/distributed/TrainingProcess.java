package dev.kindling.benchmarks.distributed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.benchmarks.process.KindlingCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Tokenizes and trains as a user does.
 *
 * @param command {@code bin/kindling}
 * @param work where outputs and logs go
 */
public record TrainingProcess(KindlingCommand command, Path work) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /**
   * Trains on executors of {@code coresPerExecutor} cores, one task on each.
   *
   * @param name of the run's directory
   * @param tokens the name that {@link #tokenize} was given
   * @param settings {@code section.key=value}
   */
  TrainedRun train(
      String name, String tokens, int numExecutors, int coresPerExecutor, List<String> settings)
      throws IOException, InterruptedException {
    List<String> spark =
        List.of(
            // And not --master, which the launcher gives to the program too.
            "spark.master=local-cluster[" + numExecutors + "," + coresPerExecutor + ",3072]",
            "spark.executor.memory=2560m",
            "spark.task.cpus=" + coresPerExecutor);
    return train(name, tokens, spark, List.of(), settings);
  }

  /**
   * Trains.
   *
   * @param spark Spark's settings
   * @param options more of the command's
   */
  TrainedRun train(
      String name, String tokens, List<String> spark, List<String> options, List<String> settings)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>();
    spark.forEach(setting -> arguments.addAll(List.of("--conf", setting)));
    arguments.addAll(List.of("pretrain", "--input", path(tokens), "--output", path(name)));
    arguments.addAll(options);
    settings.forEach(setting -> arguments.addAll(List.of("--set", setting)));
    run(name, arguments);
    return read(name);
  }

  /**
   * Makes tokens of a text.
   *
   * @param name of them
   * @param options of every step
   */
  void tokenize(String name, Path text, String... options)
      throws IOException, InterruptedException {
    String documents = path(name + "-documents");
    String tokenizer = path(name + "-tokenizer");
    step(name + "-documents", options, "clean", "--input", text.toString(), "--output", documents);
    step(name + "-tokenizer", options, "tokenizer", "--input", documents, "--output", tokenizer);
    step(
        name,
        options,
        "tokenize",
        "--input",
        documents,
        "--tokenizer",
        tokenizer,
        "--output",
        path(name));
  }

  private void step(String name, String[] options, String... arguments)
      throws IOException, InterruptedException {
    run(name, Stream.concat(Arrays.stream(arguments), Arrays.stream(options)).toList());
  }

  private void run(String name, List<String> arguments) throws IOException, InterruptedException {
    command.run(name, work.resolve("logs").resolve(name), Map.of(), arguments);
  }

  private String path(String name) {
    return work.resolve(name).toString();
  }

  private TrainedRun read(String name) throws IOException {
    Path run = work.resolve(name);
    List<TrainedRun.Round> rounds = new ArrayList<>();
    long seen = 0;
    double bubble = Double.NaN;
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      JsonNode event = MAPPER.readTree(line);
      if (event.path("event").asText().equals("round")) {
        long tokens = event.path("tokens").asLong();
        rounds.add(
            new TrainedRun.Round(
                event.path("compute_seconds").asDouble(),
                event.path("averaging_seconds").asDouble(),
                event.path("bytes_moved").asLong(),
                tokens - seen));
        seen = tokens;
      } else if (event.path("event").asText().equals("pipeline_step")) {
        bubble = event.at("/measured/bubble").asDouble();
      }
    }
    JsonNode summary = MAPPER.readTree(run.resolve("summary.json").toFile());
    return new TrainedRun(
        rounds,
        bubble,
        summary.path("parameters").asLong(),
        summary.path("validation_loss").asDouble());
  }
}

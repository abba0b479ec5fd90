package dev.kindling.spark.sweep.simulate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.model.io.ModelConfigFile;
import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.report.RunFiles;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * What a finished training run has measured of itself. Its first round, in which Java warms up,
 * does not count, and neither does a last one with fewer steps.
 *
 * @param path of the run directory
 * @param config its settings
 * @param vocabulary ids of its tokenizer
 * @param computeSeconds of a round in local steps, where the slowest replica took them: the median
 * @param averagingSeconds the rest of such a round: the median
 * @param seconds of a round: the median
 * @param bytesMoved in each round
 * @param numRounds that count
 * @param numExecutors that ranks ran on; 0 where the run has not told
 */
public record MeasuredRun(
    Path path,
    RunConfig config,
    int vocabulary,
    double computeSeconds,
    double averagingSeconds,
    double seconds,
    long bytesMoved,
    int numRounds,
    int numExecutors) {

  /**
   * Reads a run directory.
   *
   * @throws InvalidInputException if it is none, its run is not finished, or it has no two rounds
   *     of all local steps
   */
  public static MeasuredRun read(Configuration hadoop, Path path) {
    RunFiles files = new RunFiles(hadoop, path);
    String checkpoint = files.readJson(RunFiles.SUMMARY).path("checkpoint").asText();
    if (checkpoint.isEmpty()) {
      throw new InvalidInputException(
          path + " has no " + RunFiles.SUMMARY + " of a training run",
          "the directory of a finished run",
          "give the --output of a `kindling pretrain` that came to its end");
    }
    String yaml = files.read(RunFiles.CONFIG);
    RunConfig config = ConfigLoader.parse(path + "/" + RunFiles.CONFIG, yaml, List.of());
    List<JsonNode> metrics = files.readMetrics();
    List<JsonNode> rounds = counted(metrics, config.dataParallelism().localSteps());
    if (rounds.isEmpty()) {
      throw new InvalidInputException(
          path + " has no round of all local steps behind its first",
          "two or more",
          "train for more steps, or with a smaller dataParallelism.localSteps");
    }
    return new MeasuredRun(
        path,
        config,
        vocabulary(config, files.read(checkpoint + "/" + ModelConfigFile.NAME), path),
        median(rounds, "compute_seconds"),
        median(rounds, "averaging_seconds"),
        median(rounds, "seconds"),
        (long) median(rounds, "bytes_moved"),
        rounds.size(),
        numExecutors(metrics));
  }

  private static int vocabulary(RunConfig config, String json, Path path) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    int all = ModelConfigFile.parse(path.toString(), bytes).model().vocabSize();
    return all - config.model().architecture().numSpecialTokens(all);
  }

  private static List<JsonNode> counted(List<JsonNode> metrics, int localSteps) {
    List<JsonNode> counted = new ArrayList<>();
    long before = -1;
    for (JsonNode line : metrics) {
      if (line.path("event").asText().equals("round")) {
        long step = line.path("step").asLong();
        if (before >= 0 && step - before == localSteps) {
          counted.add(line);
        }
        before = step;
      }
    }
    return counted;
  }

  private static double median(List<JsonNode> rounds, String key) {
    double[] values =
        rounds.stream().mapToDouble(line -> line.path(key).asDouble()).sorted().toArray();
    int middle = values.length / 2;
    return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  }

  private static int numExecutors(List<JsonNode> metrics) {
    TreeSet<String> executors = new TreeSet<>();
    for (JsonNode line : metrics) {
      line.path("ranks").forEach(rank -> executors.add(rank.path("executor").asText()));
    }
    return executors.size();
  }

  /**
   * Its settings with others laid over them.
   *
   * @param settings {@code section.key=value}
   */
  public RunConfig configWith(List<String> settings) {
    return ConfigLoader.parse(path + "/" + RunFiles.CONFIG, config.toYaml(), settings);
  }

  /** How it was trained. */
  public Candidate candidate() {
    return new Candidate(
        config.parallel(), config.dataParallelism(), config.training().batchSize());
  }
}

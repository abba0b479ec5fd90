package dev.kindling.spark.cli;

import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.config.RunConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Option;

/** The options that every command of the pipeline has. */
final class CommonOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "YAML file, laid over the defaults (`kindling config` prints them).")
  private Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "One setting, laid over the file, such as training.steps=500. Repeatable.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--master",
      paramLabel = "URL",
      description =
          "Where Spark runs: local[2], local-cluster[2,1,2048], yarn, k8s://... Default: what"
              + " spark-submit says, else local[*].")
  private String master;

  @Option(
      names = "--dry-run",
      description = "Print the resolved configuration and what would be done; write nothing.")
  private boolean dryRun;

  RunConfig load() {
    return ConfigLoader.load(Optional.ofNullable(config), settings);
  }

  Optional<Path> file() {
    return Optional.ofNullable(config);
  }

  List<String> settings() {
    return settings;
  }

  boolean isDryRun() {
    return dryRun;
  }

  SparkConf sparkConf(String command) {
    return SparkSessions.conf("kindling " + command, Optional.ofNullable(master));
  }

  SparkSession openSpark(String command) {
    return openSpark(command, Map.of());
  }

  /**
   * @param settings of Spark, where the user has set nothing else
   */
  SparkSession openSpark(String command, Map<String, String> settings) {
    SparkConf conf = sparkConf(command);
    settings.forEach(conf::setIfMissing);
    return SparkSession.builder().config(conf).getOrCreate();
  }
}

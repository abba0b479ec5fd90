package dev.kindling.benchmarks.data;

import dev.kindling.benchmarks.process.MeasurementFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs stages as a user does, through {@code bin/kindling}, on executors of one core each.
 *
 * @param launcher {@code bin/kindling}
 * @param classpath where the main classes of this module lie
 * @param numExecutors how many
 * @param heapMegabytes of an executor
 */
public record StageProcess(Path launcher, String classpath, int numExecutors, int heapMegabytes) {
  private static final int MOST_LINES_OF_AN_ERROR = 30;

  /**
   * Runs one stage.
   *
   * @param corpus the raw text
   * @param work where its output goes, and its logs
   * @throws MeasurementFailedException with the end of what it printed, if it failed
   */
  public StageMeasurement run(DataStage stage, Path corpus, Path work)
      throws IOException, InterruptedException {
    Path logs = Files.createDirectories(work.resolve("logs").resolve(stage.name()));
    Path events = Files.createDirectories(logs.resolve("events"));
    Path collections = Files.createDirectories(logs.resolve("collections"));
    Path printed = logs.resolve("printed.txt");
    ProcessBuilder builder = new ProcessBuilder(command(stage, corpus, work, events, collections));
    builder.redirectErrorStream(true).redirectOutput(printed.toFile());
    // What the build resolved, whatever else is installed.
    builder.environment().remove("SPARK_HOME");
    builder.environment().put("KINDLING_LOG_DIR", logs.toString());
    if (!stage.mainClass().isEmpty()) {
      builder.environment().put("KINDLING_MAIN_CLASS", stage.mainClass());
      builder.environment().put("KINDLING_CLASSPATH", classpath);
    }
    int exitCode = builder.start().waitFor();
    if (exitCode != 0) {
      List<String> lines = Files.readAllLines(printed);
      List<String> last =
          lines.subList(Math.max(0, lines.size() - MOST_LINES_OF_AN_ERROR), lines.size());
      throw new MeasurementFailedException(
          stage.name() + " ended with exit code " + exitCode + ":\n" + String.join("\n", last));
    }
    EventLog log = EventLog.read(events);
    return new StageMeasurement(
        stage.name(),
        log.seconds(),
        log.peakHeapBytes(),
        GcLog.peakAfterCollection(collections),
        log.shuffleBytes(),
        log.spilledBytes(),
        sizeOf(work.resolve(stage.name())));
  }

  private List<String> command(
      DataStage stage, Path corpus, Path work, Path events, Path collections) {
    List<String> command = new ArrayList<>();
    command.add(launcher.toString());
    for (String setting :
        List.of(
            // And not --master, which the launcher gives to the program too.
            "spark.master=local-cluster[" + numExecutors + ",1," + heapMegabytes + "]",
            "spark.executor.memory=" + heapMegabytes + "m",
            "spark.executor.extraJavaOptions=-Xlog:gc:file=" + collections + "/%p.log",
            "spark.executor.metrics.pollingInterval=100",
            "spark.eventLog.enabled=true",
            "spark.eventLog.dir=" + events.toUri())) {
      command.add("--conf");
      command.add(setting);
    }
    command.addAll(stage.arguments(corpus, work));
    return command;
  }

  private static long sizeOf(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return 0;
    }
    long bytes = 0;
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }
}

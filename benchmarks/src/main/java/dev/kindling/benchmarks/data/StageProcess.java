package dev.kindling.benchmarks.data;

import dev.kindling.benchmarks.process.KindlingCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Runs stages as a user does, through {@code bin/kindling}, on executors of one core each.
 *
 * @param kindling {@code bin/kindling}
 * @param classpath where the main classes of this module lie
 * @param numExecutors how many
 * @param heapMegabytes of an executor
 */
public record StageProcess(
    KindlingCommand kindling, String classpath, int numExecutors, int heapMegabytes) {

  /**
   * Runs one stage.
   *
   * @param corpus the raw text
   * @param work where its output goes, and its logs
   */
  public StageMeasurement run(DataStage stage, Path corpus, Path work)
      throws IOException, InterruptedException {
    Path logs = Files.createDirectories(work.resolve("logs").resolve(stage.name()));
    Path events = Files.createDirectories(logs.resolve("events"));
    Path collections = Files.createDirectories(logs.resolve("collections"));
    Map<String, String> environment =
        stage.mainClass().isEmpty()
            ? Map.of()
            : Map.of("KINDLING_MAIN_CLASS", stage.mainClass(), "KINDLING_CLASSPATH", classpath);
    kindling.run(
        stage.name(), logs, environment, arguments(stage, corpus, work, events, collections));
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

  private List<String> arguments(
      DataStage stage, Path corpus, Path work, Path events, Path collections) {
    List<String> arguments = new ArrayList<>();
    for (String setting :
        List.of(
            // And not --master, which the launcher gives to the program too.
            "spark.master=local-cluster[" + numExecutors + ",1," + heapMegabytes + "]",
            "spark.executor.memory=" + heapMegabytes + "m",
            "spark.executor.extraJavaOptions=-Xlog:gc:file=" + collections + "/%p.log",
            "spark.executor.metrics.pollingInterval=100",
            "spark.eventLog.enabled=true",
            "spark.eventLog.dir=" + events.toUri())) {
      arguments.add("--conf");
      arguments.add(setting);
    }
    arguments.addAll(stage.arguments(corpus, work));
    return arguments;
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

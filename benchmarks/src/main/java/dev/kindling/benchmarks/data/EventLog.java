package dev.kindling.benchmarks.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.benchmarks.process.MeasurementFailedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What the event log of one Spark application says.
 *
 * @param seconds from its start to its end
 * @param peakHeapBytes the highest {@code JVMHeapMemory} that an executor polled
 * @param shuffleBytes that all attempts of tasks wrote to shuffles
 * @param spilledBytes that they wrote to disk because memory was short
 */
record EventLog(double seconds, long peakHeapBytes, long shuffleBytes, long spilledBytes) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /**
   * Reads the only log in a directory.
   *
   * @throws MeasurementFailedException if the application has not ended
   */
  static EventLog read(Path directory) throws IOException {
    Path log;
    try (Stream<Path> files = Files.list(directory)) {
      log =
          files
              .filter(file -> !file.getFileName().toString().startsWith("."))
              .findFirst()
              .orElseThrow(() -> new MeasurementFailedException(directory + " has no event log"));
    }
    long start = 0;
    long end = 0;
    long peakHeap = 0;
    long shuffle = 0;
    long spilled = 0;
    try (BufferedReader lines = Files.newBufferedReader(log)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode event = MAPPER.readTree(line);
        switch (event.path("Event").asText()) {
          case "SparkListenerApplicationStart" -> start = event.path("Timestamp").asLong();
          case "SparkListenerApplicationEnd" -> end = event.path("Timestamp").asLong();
          case "SparkListenerTaskEnd" -> {
            JsonNode metrics = event.path("Task Metrics");
            peakHeap =
                Math.max(peakHeap, event.at("/Task Executor Metrics/JVMHeapMemory").asLong());
            shuffle += metrics.at("/Shuffle Write Metrics/Shuffle Bytes Written").asLong();
            spilled += metrics.path("Disk Bytes Spilled").asLong();
          }
          default -> {}
        }
      }
    }
    if (start == 0 || end == 0) {
      throw new MeasurementFailedException(log + " has no start or no end of an application");
    }
    return new EventLog((end - start) / 1000.0, peakHeap, shuffle, spilled);
  }
}

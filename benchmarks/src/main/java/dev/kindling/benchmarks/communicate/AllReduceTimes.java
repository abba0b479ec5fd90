package dev.kindling.benchmarks.communicate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.benchmarks.process.ChildJvm;
import dev.kindling.benchmarks.process.MeasurementFailedException;
import dev.kindling.spark.communicate.GroupKey;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * How long two processes take.
 *
 * @param allReduceSeconds the median of one all-reduce
 * @param copySeconds the median of copying as many bytes each way, over a plain socket
 */
public record AllReduceTimes(double allReduceSeconds, double copySeconds) {
  /**
   * Measures in two processes of their own, all-reduce and copy in turn.
   *
   * @param numFloats of the vector
   * @param numRuns of each
   */
  public static AllReduceTimes measure(long numFloats, int numRuns) throws IOException {
    Path meeting = Files.createTempDirectory("kindling-benchmark");
    try {
      List<String> arguments =
          List.of(
              meeting.toString(),
              GroupKey.random().encoded(),
              Long.toString(numFloats),
              Integer.toString(numRuns));
      CompletableFuture<String> other = CompletableFuture.supplyAsync(() -> run(1, arguments));
      String line = run(0, arguments);
      other.join();
      return new ObjectMapper().readValue(line, AllReduceTimes.class);
    } catch (JsonProcessingException e) {
      throw new MeasurementFailedException("The times were printed as: " + e.getMessage());
    } finally {
      try (Stream<Path> files = Files.list(meeting)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(meeting);
    }
  }

  private static String run(int rank, List<String> arguments) {
    List<String> all = Stream.concat(Stream.of("" + rank), arguments.stream()).toList();
    return new ChildJvm(AllReduceProcess.class.getName(), classpath(), 1, Map.of()).lastLine(all);
  }

  /** This process's own, and what a cluster provides, if this process goes without. */
  private static String classpath() {
    String provided = System.getProperty("kindling.benchmarks.spark.classpath");
    String own = ChildJvm.ownClasspath();
    return provided == null ? own : own + File.pathSeparator + provided;
  }
}

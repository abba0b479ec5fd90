package dev.kindling.spark.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.checkpoint.CheckpointLayout;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The files of a run beside its checkpoints; all of them can be made again from these. */
final class RunDirectory {
  private static final String METRICS = CheckpointLayout.METRICS;
  private static final String SUMMARY = "summary.json";
  private static final Set<String> NAMES =
      Set.of(
          METRICS,
          SUMMARY,
          CheckpointLayout.CHECKPOINTS,
          "config.yaml",
          "data.json",
          "samples.txt",
          "report.html");
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final FileSystem fs;
  private final Path path;

  /**
   * @throws InvalidInputException if there is something in it that no run writes
   */
  RunDirectory(Configuration hadoop, Path path) {
    this.path = path;
    try {
      this.fs = path.getFileSystem(hadoop);
      requireOwn();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the run directory " + path, e);
    }
  }

  private void requireOwn() throws IOException {
    if (!fs.exists(path)) {
      return;
    }
    for (FileStatus file : fs.listStatus(path)) {
      String name = file.getPath().getName();
      boolean hidden = name.startsWith("_") || name.startsWith(".");
      if (!hidden && !NAMES.contains(name)) {
        throw new InvalidInputException(
            path + " holds " + name + ", which is not a part of a training run",
            "a new or empty directory, or that of the run to go on with",
            "choose another --output; nothing was changed");
      }
    }
  }

  Path checkpoints() {
    return new Path(path, CheckpointLayout.CHECKPOINTS);
  }

  void writeMetrics(RunHistory history) {
    write(METRICS, history.toBytes());
  }

  void writeSummary(RunSummary summary) {
    try {
      byte[] json = (MAPPER.writeValueAsString(summary) + "\n").getBytes(StandardCharsets.UTF_8);
      write(SUMMARY, json);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
  }

  /** The summary, where a run was finished; one that cannot be read counts as none. */
  Optional<RunSummary> readSummary() {
    Path file = new Path(path, SUMMARY);
    try {
      if (!fs.exists(file)) {
        return Optional.empty();
      }
      try (InputStream in = fs.open(file)) {
        return Optional.of(MAPPER.readValue(in.readAllBytes(), RunSummary.class));
      }
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private void write(String name, byte[] content) {
    Path file = new Path(path, name);
    try (OutputStream out = fs.create(file, true)) {
      out.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }
}

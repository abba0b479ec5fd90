package dev.kindling.spark.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.checkpoint.CheckpointLayout;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The files of a run beside its checkpoints; all of them can be made again from these. */
final class RunDirectory {
  private static final String METRICS = CheckpointLayout.METRICS;

  /**
   * Written anew from the metrics, so that a run that goes on neither misses nor repeats a step.
   */
  private static final String EVENTS = "tensorboard/events.out.tfevents.0.kindling";

  private static final String SUMMARY = "summary.json";

  /** Says that the directory is a run's. It is the first file of a run, so nothing else is. */
  private static final String MARKER = "_kindling_run";

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final FileSystem fs;
  private final Path path;

  /**
   * Changes nothing.
   *
   * @throws InvalidInputException if there is something in it and no run has written it
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
    if (!fs.getFileStatus(path).isDirectory()) {
      throw refused(path + " is a file");
    }
    for (FileStatus file : fs.listStatus(path)) {
      String name = file.getPath().getName();
      // A file of the user's may well be named config.yaml: names prove nothing.
      if (!name.startsWith("_") && !name.startsWith(".") && !isRun()) {
        throw refused(path + " holds " + name + ", and no training run has written there");
      }
    }
  }

  /**
   * Refuses a run that is to be gone on with.
   *
   * @throws InvalidInputException if there is one
   */
  void requireNoRun() {
    try {
      if (isRun()) {
        throw new InvalidInputException(
            path + " holds a training run",
            "a new or empty directory, since --no-resume was given",
            "leave --no-resume out to go on with the run, or choose another --output");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the run directory " + path, e);
    }
  }

  private boolean isRun() throws IOException {
    if (fs.exists(new Path(path, MARKER))) {
      return true;
    }
    if (fs.exists(checkpoints())) {
      for (FileStatus checkpoint : fs.listStatus(checkpoints())) {
        if (fs.exists(new Path(checkpoint.getPath(), Manifest.NAME))) {
          return true;
        }
      }
    }
    return false;
  }

  private static InvalidInputException refused(String given) {
    return new InvalidInputException(
        given,
        "a new or empty directory, or that of the run to go on with",
        "choose another --output; nothing was changed");
  }

  /** Makes the directory a run's, before anything else is written into it. */
  void claim() {
    Path marker = new Path(path, MARKER);
    try {
      if (!fs.exists(marker)) {
        fs.create(marker, false).close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + marker, e);
    }
  }

  Path checkpoints() {
    return new Path(path, CheckpointLayout.CHECKPOINTS);
  }

  void writeMetrics(RunHistory history) {
    write(METRICS, history.toBytes());
    write(EVENTS, history.toEvents());
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

  /** A run that goes on is not finished, whatever a shorter one had to say. */
  void deleteSummary() {
    Path file = new Path(path, SUMMARY);
    try {
      fs.delete(file, false);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + file, e);
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

package dev.kindling.spark.checkpoint;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.parallel.HadoopSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;

/** The checkpoints of one run: finding the newest that can be trusted, and letting old ones go. */
public final class Checkpoints {
  private final JavaSparkContext spark;
  private final HadoopSettings hadoop;
  private final Path directory;
  private final Set<Path> broken = new HashSet<>();

  /**
   * @param directory that {@code step-N} lie in; need not exist
   */
  public Checkpoints(JavaSparkContext spark, HadoopSettings hadoop, Path directory) {
    this.spark = spark;
    this.hadoop = hadoop;
    this.directory = directory;
  }

  /**
   * The newest checkpoint whose every file is as its manifest says. A directory without a manifest
   * is passed over in silence, since writing it was interrupted; a damaged one with a warning.
   */
  public Optional<Checkpoint> newestValid(Consumer<String> warning) {
    for (Path candidate : newestFirst(hadoop.get(), directory)) {
      try {
        Optional<Manifest> manifest = Manifest.find(hadoop.get(), candidate);
        if (manifest.isPresent()) {
          Manifest checked = Manifest.require(hadoop.get(), candidate, CheckpointLayout.KIND);
          FileVerifier.verify(spark, hadoop, candidate, checked.files());
          return Optional.of(
              new Checkpoint(candidate, checked, TrainerStateFile.read(hadoop.get(), candidate)));
        }
      } catch (InvalidInputException e) {
        broken.add(candidate);
        warning.accept(
            "checkpoint "
                + candidate.getName()
                + " is damaged and is passed over for an older one: "
                + e.getMessage().lines().findFirst().orElse(""));
      }
    }
    return Optional.empty();
  }

  /**
   * Makes room for the checkpoint after {@code step} steps: removes what an interrupted or damaged
   * one left there.
   *
   * @throws InvalidInputException if there is one that is not known to be damaged
   */
  Path prepare(long step) {
    Path path = CheckpointLayout.directory(directory, step);
    try {
      FileSystem fs = path.getFileSystem(hadoop.get());
      if (!broken.contains(fs.makeQualified(path)) && fs.exists(new Path(path, Manifest.NAME))) {
        throw new InvalidInputException(
            path + " was committed meanwhile",
            "one run at a time in " + directory.getParent(),
            "wait for the other run, or choose another --output");
      }
      delete(fs, path);
      broken.remove(fs.makeQualified(path));
      return path;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot prepare " + path, e);
    }
  }

  /**
   * Deletes what is no longer needed beside a checkpoint that has just been verified: all but the
   * {@code keep} newest, remains of interrupted ones, and damaged ones that it replaces.
   */
  public void prune(Checkpoint newest, int keep) {
    try {
      FileSystem fs = directory.getFileSystem(hadoop.get());
      int kept = 0;
      for (Path candidate : newestFirst(hadoop.get(), directory)) {
        boolean isLater = CheckpointLayout.step(candidate).orElseThrow() > newest.trainer().step();
        boolean isCommitted =
            !broken.contains(candidate) && fs.exists(new Path(candidate, Manifest.NAME));
        if (!isLater && isCommitted && kept < keep) {
          kept++;
        } else {
          delete(fs, candidate);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove old checkpoints of " + directory, e);
    }
  }

  /** The manifest goes first: a checkpoint that is half deleted does not exist. */
  private static void delete(FileSystem fs, Path checkpoint) throws IOException {
    fs.delete(new Path(checkpoint, Manifest.NAME), false);
    fs.delete(checkpoint, true);
  }

  /** All directories named after a step, committed or not, by falling step. */
  static List<Path> newestFirst(Configuration hadoop, Path directory) {
    try {
      FileSystem fs = directory.getFileSystem(hadoop);
      List<Path> found = new ArrayList<>();
      if (fs.exists(directory)) {
        for (FileStatus status : fs.listStatus(directory)) {
          OptionalLong step = CheckpointLayout.step(status.getPath());
          if (status.isDirectory() && step.isPresent()) {
            found.add(status.getPath());
          }
        }
      }
      found.sort(
          Comparator.comparingLong((Path path) -> CheckpointLayout.step(path).orElseThrow())
              .reversed());
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + directory, e);
    }
  }
}

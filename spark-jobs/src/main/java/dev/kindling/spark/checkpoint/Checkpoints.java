package dev.kindling.spark.checkpoint;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.DamagedException;
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
   *
   * @return empty where nothing was ever committed
   * @throws InvalidInputException if there are checkpoints and all are damaged, or if one cannot be
   *     read for another reason: storage that does not answer now may hold the run's best state
   */
  public Optional<Checkpoint> newestValid(Consumer<String> warning) {
    List<String> damaged = new ArrayList<>();
    for (Path candidate : newestFirst(hadoop.get(), directory)) {
      try {
        Optional<Manifest> manifest = Manifest.find(hadoop.get(), candidate);
        if (manifest.isPresent()) {
          Manifest checked = Manifest.require(hadoop.get(), candidate, CheckpointLayout.KIND);
          FileVerifier.verify(spark, hadoop, candidate, checked.files());
          return Optional.of(
              new Checkpoint(candidate, checked, TrainerStateFile.read(hadoop.get(), candidate)));
        }
      } catch (DamagedException e) {
        broken.add(candidate);
        damaged.add(candidate.getName());
        warning.accept(
            "checkpoint "
                + candidate.getName()
                + " is damaged and is passed over for an older one: "
                + e.getMessage().lines().findFirst().orElse(""));
      }
    }
    if (!damaged.isEmpty()) {
      throw new InvalidInputException(
          "all checkpoints in " + directory + " are damaged: " + String.join(", ", damaged),
          "one at least that is as it was written",
          "restore one, or choose another --output, or delete "
              + directory
              + " to start over from step 0");
    }
    return Optional.empty();
  }

  /** Whether a checkpoint of more than {@code step} steps is committed here. */
  public boolean hasLaterThan(long step) {
    return newestFirst(hadoop.get(), directory).stream()
        .filter(path -> !broken.contains(path))
        .takeWhile(path -> CheckpointLayout.step(path).orElseThrow() > step)
        .anyMatch(path -> Manifest.find(hadoop.get(), path).isPresent());
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
   * {@code keep} newest, remains of interrupted ones before it, and those that {@link #newestValid}
   * has found damaged. A later directory without a manifest stays: another run may be writing it.
   *
   * @throws InvalidInputException if there is a later checkpoint, which only another run can have
   *     committed
   */
  public void prune(Checkpoint newest, int keep) {
    try {
      FileSystem fs = directory.getFileSystem(hadoop.get());
      int kept = 0;
      for (Path candidate : newestFirst(hadoop.get(), directory)) {
        if (broken.contains(candidate)) {
          delete(fs, candidate);
          continue;
        }
        boolean isCommitted = fs.exists(new Path(candidate, Manifest.NAME));
        boolean isLater = CheckpointLayout.step(candidate).orElseThrow() > newest.trainer().step();
        if (isLater) {
          requireUncommitted(candidate, isCommitted);
        } else if (isCommitted && kept < keep) {
          kept++;
        } else {
          delete(fs, candidate);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove old checkpoints of " + directory, e);
    }
  }

  private void requireUncommitted(Path later, boolean isCommitted) {
    if (isCommitted) {
      throw new InvalidInputException(
          "another run went on in " + directory.getParent() + ": it committed " + later.getName(),
          "one run at a time",
          "wait for the other run, or choose another --output; its checkpoints were left as they are");
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

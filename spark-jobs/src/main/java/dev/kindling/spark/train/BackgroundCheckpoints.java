package dev.kindling.spark.train;

import dev.kindling.spark.checkpoint.Checkpoint;
import dev.kindling.spark.checkpoint.CheckpointContent;
import dev.kindling.spark.checkpoint.CheckpointWriter;
import dev.kindling.spark.parallel.TrainingState;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Checkpoints beside training, one at a time. The executors write the state after a round, which
 * nothing changes any more, while they compute the next rounds from it (as CheckFreq, Mohan et al.
 * 2021, splits snapshot and persisting; the snapshot costs nothing here, since RDDs do not change).
 */
final class BackgroundCheckpoints implements AutoCloseable {
  private static final String JOB_GROUP = "kindling-checkpoint";

  /**
   * A checkpoint that was committed.
   *
   * @param checkpoint it
   * @param state that it holds, for the caller to release
   */
  record Written(Checkpoint checkpoint, TrainingState state) {}

  private record Pending(TrainingState state, Future<Checkpoint> checkpoint) {}

  private final RunContext run;
  private final CheckpointWriter writer;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread daemon = new Thread(task, "checkpoint-writer");
            daemon.setDaemon(true);
            return daemon;
          });
  private Optional<Pending> pending = Optional.empty();

  BackgroundCheckpoints(RunContext run, CheckpointWriter writer) {
    this.run = run;
    this.writer = writer;
  }

  /** Begins with the next one; the one before must have been taken. */
  void begin(CheckpointContent content) {
    if (pending.isPresent()) {
      throw new IllegalStateException("a checkpoint is being written already");
    }
    Future<Checkpoint> checkpoint =
        thread.submit(
            () -> {
              run.spark().setJobGroup(JOB_GROUP, "write a checkpoint", false);
              return writer.write(content);
            });
    pending = Optional.of(new Pending(content.state(), checkpoint));
  }

  /** Whether {@code state} is being written, so that it must not be released. */
  boolean isWriting(TrainingState state) {
    return pending.isPresent() && pending.get().state().equals(state);
  }

  /** Whether there is one to take without waiting for it. */
  boolean isReady() {
    return pending.isPresent() && pending.get().checkpoint().isDone();
  }

  /**
   * Takes the checkpoint that was begun, and waits for it; empty where none was.
   *
   * @throws RuntimeException what has kept it from being written
   */
  Optional<Written> take() {
    if (pending.isEmpty()) {
      return Optional.empty();
    }
    Pending taken = pending.get();
    pending = Optional.empty();
    try {
      return Optional.of(new Written(taken.checkpoint().get(), taken.state()));
    } catch (ExecutionException e) {
      taken.state().release();
      throw new IllegalStateException("a checkpoint could not be written", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a checkpoint was written", e);
    }
  }

  /** Ends the thread; what it was doing has been taken. */
  @Override
  public void close() {
    thread.shutdown();
  }
}

package dev.kindling.spark.cli;

import dev.kindling.spark.train.TrainingStoppedException;

/** A command has ended as a signal asked it to. */
final class StoppedBySignal extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int exitCode;

  StoppedBySignal(TrainingStoppedException stopped, int exitCode) {
    super(stopped.getMessage(), stopped);
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }
}

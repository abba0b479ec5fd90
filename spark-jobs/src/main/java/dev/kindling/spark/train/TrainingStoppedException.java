package dev.kindling.spark.train;

import org.apache.hadoop.fs.Path;

/** A run has stopped because it was asked to, with everything it had done in a checkpoint. */
public final class TrainingStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TrainingStoppedException(long step, long numSteps, Path output) {
    super(
        "stopped after step "
            + step
            + " of "
            + numSteps
            + ", which is "
            + (step == 0 ? "nothing yet" : "kept in " + output)
            + "\n  to do:    run the same command again to go on from there");
  }
}

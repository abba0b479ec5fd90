package dev.kindling.spark.train;

import dev.kindling.model.layout.PieceRange;
import dev.kindling.spark.parallel.schedule.SimulatedSchedule;
import java.util.List;
import org.apache.hadoop.fs.Path;

/** Hears, on the driver and in order, how a run goes on. */
public interface ProgressListener {
  /** A listener that does nothing. */
  ProgressListener NONE = new ProgressListener() {};

  /**
   * The work is known and begins.
   *
   * @param numParameters P
   * @param firstStep steps that a checkpoint has already done; 0 for a new run
   * @param numSteps steps when the run is finished
   * @param unigramLoss the baseline to beat, nats per validation token
   * @param uniformLoss ln V
   */
  default void runStarted(
      long numParameters, long firstStep, long numSteps, double unigramLoss, double uniformLoss) {}

  /**
   * The stages of a pipeline are cut.
   *
   * @param expected how its schedule would go at the speed that was measured
   * @param stages the pieces of the model that every virtual stage has
   */
  default void pipelinePlanned(SimulatedSchedule expected, List<PieceRange> stages) {}

  /** A round was averaged and its outer step applied. */
  default void roundFinished(RoundReport report) {}

  /** The validation loss, in nats per token, after {@code step} steps. */
  default void evaluationFinished(long step, double validationLoss) {}

  /** A checkpoint was committed and verified. */
  default void checkpointWritten(long step, Path directory) {}

  /** Something that the user should know and that does not stop the run. */
  default void warning(String message) {}
}

package dev.kindling.spark.train;

import dev.kindling.model.batch.Batch;
import dev.kindling.model.train.LocalTrainer.Gradient;
import dev.kindling.model.train.StepPosition;
import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import dev.kindling.spark.config.TrainingConfig.OnNonFinite;
import dev.kindling.spark.metrics.RankMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.ToDoubleBiFunction;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;

/**
 * The steps that a replica takes in a round, and what becomes of each: the rules that ranks and
 * replicas of any strategy have in common. Not thread-safe.
 */
final class StepLog {
  private final RoundPlan round;
  private final DataOrder data;
  private final InnerState innerState;
  private final OnNonFinite onNonFinite;
  private final int replica;
  private final double[] losses;
  private final double[] gradientNorms;
  private final double[] learningRates;
  private final List<SkippedStep> skipped = new ArrayList<>();
  private final long started = System.nanoTime();
  private String failure = "";
  private int next;

  StepLog(
      RoundPlan round,
      DataOrder data,
      InnerState innerState,
      OnNonFinite onNonFinite,
      int replica) {
    this.round = round;
    this.data = data;
    this.innerState = innerState;
    this.onNonFinite = onNonFinite;
    this.replica = replica;
    this.losses = new double[round.numSteps()];
    this.gradientNorms = new double[round.numSteps()];
    this.learningRates = new double[round.numSteps()];
  }

  /**
   * Takes all of them, but for those that are left out.
   *
   * @param gradient computes what a batch says, and changes nothing
   * @param update applies the gradient of this norm, and gives the learning rate
   * @throws TaskKilledException if Spark has given up the task
   */
  void takeSteps(
      DataOrder.Reader reader,
      BiFunction<Batch, StepPosition, Gradient> gradient,
      ToDoubleBiFunction<StepPosition, Double> update) {
    while (next < round.numSteps() && failure.isEmpty()) {
      if (TaskContext.get().isInterrupted()) {
        throw new TaskKilledException("the round was given up");
      }
      StepPosition position = position();
      Gradient computed = gradient.apply(reader.read(firstSample()), position);
      if (allows(computed)) {
        add(computed, update.applyAsDouble(position, computed.norm()));
        RankMetrics.ofThisJvm().stepTaken(data.tokensPerStep(1));
      } else {
        leaveOut(computed);
      }
    }
  }

  private long firstSample() {
    return round.firstSample(next, replica, data.batchSize());
  }

  private StepPosition position() {
    long step = round.firstStep() + next;
    // Where the moments start at zero in every round, so does their bias correction. A step that is
    // left out counts: after more than a few steps the correction is 1.
    long momentSteps = innerState == InnerState.RESET ? next : step;
    return new StepPosition(step, momentSteps, data.seed(), (long) replica * data.batchSize());
  }

  private boolean allows(Gradient gradient) {
    return gradient.isFinite() && gradient.loss() <= round.lossLimit();
  }

  private void leaveOut(Gradient gradient) {
    SkippedStep step =
        new SkippedStep(
            round.firstStep() + next + 1,
            replica,
            firstSample(),
            data.batchSize(),
            gradient.loss(),
            gradient.norm());
    skipped.add(step);
    if (step.isNonFinite() && onNonFinite == OnNonFinite.STOP) {
      // It would fail again on every retry, so it goes to the driver as a result.
      failure = step.describe();
    }
    add(gradient, Double.NaN);
  }

  private void add(Gradient gradient, double learningRate) {
    losses[next] = gradient.loss();
    gradientNorms[next] = gradient.norm();
    learningRates[next] = learningRate;
    next++;
  }

  /** All of it, for the driver. */
  ReplicaReport report(long bytesGathered) {
    double seconds = (System.nanoTime() - started) / 1e9;
    return new ReplicaReport(
        replica,
        losses,
        gradientNorms,
        learningRates,
        skipped.toArray(SkippedStep[]::new),
        seconds,
        bytesGathered,
        failure);
  }
}

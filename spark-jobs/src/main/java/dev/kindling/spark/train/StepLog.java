package dev.kindling.spark.train;

import dev.kindling.model.train.LocalTrainer.Gradient;
import dev.kindling.model.train.StepPosition;
import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import dev.kindling.spark.config.TrainingConfig.OnNonFinite;
import java.util.ArrayList;
import java.util.List;

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

  /** Whether there is a step to take. */
  boolean hasNext() {
    return next < round.numSteps() && failure.isEmpty();
  }

  /** The global number of the first sample of the next step. */
  long firstSample() {
    return round.firstSample(next, replica, data.batchSize());
  }

  /** Where the next step is. */
  StepPosition position() {
    long step = round.firstStep() + next;
    // Where the moments start at zero in every round, so does their bias correction. A step that is
    // left out counts: after more than a few steps the correction is 1.
    long momentSteps = innerState == InnerState.RESET ? next : step;
    return new StepPosition(step, momentSteps, data.seed(), (long) replica * data.batchSize());
  }

  /** Whether the next step may be taken, that is, its gradient applied. */
  boolean allows(Gradient gradient) {
    return gradient.isFinite() && gradient.loss() <= round.lossLimit();
  }

  /** The next step was taken. */
  void took(Gradient gradient, double learningRate) {
    add(gradient, learningRate);
  }

  /** The next step was left out. */
  void leftOut(Gradient gradient) {
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

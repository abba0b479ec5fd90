package dev.kindling.spark.train;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.checkpoint.Checkpoint;
import dev.kindling.spark.checkpoint.CheckpointContent;
import dev.kindling.spark.checkpoint.CheckpointLayout;
import dev.kindling.spark.checkpoint.CheckpointLoader;
import dev.kindling.spark.checkpoint.CheckpointWriter;
import dev.kindling.spark.checkpoint.TrainerState;
import dev.kindling.spark.parallel.TrainingState;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.hadoop.fs.Path;

/**
 * Rounds, with evaluations and checkpoints between them.
 *
 * <p>Rounds go on while a checkpoint is written. Once it is committed, its files take the place of
 * what its state was computed from. That cuts the RDDs' lineage: whatever is lost later is computed
 * again from there, to the same bits.
 */
final class TrainingLoop {
  /**
   * Rounds that lineage may span, however rare checkpoints are configured to be. Spark walks
   * through it when it plans a job and sends it with every stage, and shuffle files live as long as
   * it does.
   */
  static final int MAX_LINEAGE_ROUNDS = 20;

  /** Up to this size the metrics are written anew after every round, beyond it with checkpoints. */
  private static final int EAGER_METRICS_BYTES = 1 << 20;

  /** What all jobs of local steps and averages belong to. */
  static final String JOB_GROUP = "kindling-training";

  private final RunContext run;
  private final RunLease lease;
  private final StopRequest stop;
  private final BackgroundCheckpoints background;
  private final ProgressListener metrics = new MetricsListener();
  private final TrainingRound rounds;
  private final RunHistory history;
  private final byte[] tokenizer;
  private TrainingState state;
  private Optional<Checkpoint> newest;
  private long checkpointedRound;
  private long step;
  private long round;
  private long tokens;
  private double seconds;
  private double computeSeconds;
  private long bytesMoved;

  /**
   * @param lease of the run directory
   * @param stop asks the loop to end early
   * @param newest the checkpoint to go on from
   */
  TrainingLoop(RunContext run, RunLease lease, StopRequest stop, Optional<Checkpoint> newest) {
    this.run = run;
    this.lease = lease;
    this.stop = stop;
    this.newest = newest;
    this.background =
        new BackgroundCheckpoints(
            run,
            new CheckpointWriter(run.spark(), run.hadoop(), run.checkpoints(), lease::requireHeld));
    this.rounds =
        run.newRound(
            newest
                .map(checkpoint -> checkpoint.trainer().settings())
                .orElseGet(Manifest::newDetails));
    this.tokenizer = run.tokens().readTokenizer(run.spark().hadoopConfiguration());
    if (newest.isPresent()) {
      TrainerState trainer = newest.get().trainer();
      step = trainer.step();
      round = trainer.round();
      checkpointedRound = round;
      tokens = trainer.tokens();
      seconds = trainer.seconds();
      computeSeconds = trainer.computeSeconds();
      bytesMoved = trainer.bytesMoved();
      state = load(newest.get());
      history = RunHistory.parse(readMetrics(newest.get()));
    } else {
      history = new RunHistory();
      state =
          new InitialState(run.model(), run.layout(), run.outerOptimizer().hasVelocity())
              .create(
                  run.spark(),
                  run.numReplicas(),
                  run.plan().seed(),
                  Storage.replicatedLevel(run.spark()));
    }
  }

  /**
   * Trains to the last step.
   *
   * @throws TrainingStoppedException if it was asked to stop before
   */
  TrainingResult run() {
    run.spark().setJobGroup(JOB_GROUP, "train", false);
    try {
      TrainingResult result = train();
      state.release();
      return result;
    } catch (Throwable e) {
      takeLeftOver(e);
      state.release();
      throw e;
    } finally {
      background.close();
      rounds.close();
      run.spark().clearJobGroup();
    }
  }

  /** Lets the checkpoint that is being written be committed, whatever else has failed. */
  private void takeLeftOver(Throwable failure) {
    try {
      background.take();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private TrainingResult train() {
    long numSteps = run.plan().training().steps();
    run.directory().claim();
    if (step < numSteps) {
      run.directory().deleteSummary();
    }
    run.listener()
        .runStarted(
            run.numParameters(),
            step,
            numSteps,
            run.tokens().unigramLoss(),
            run.tokens().uniformLoss());
    warnOfRareCheckpoints();
    while (step < numSteps) {
      stopIfAsked(numSteps);
      if (background.isReady()) {
        takeCheckpoint();
      }
      long before = step;
      if (!takeRound(numSteps)) {
        continue;
      }
      if (step == numSteps) {
        evaluate(true);
      } else if (passesMultiple(before, step, run.plan().training().evaluateEverySteps())) {
        evaluate(false);
      }
      if (step == numSteps || isCheckpointDueAfter(round)) {
        beginCheckpoint();
      } else if (history.numBytes() <= EAGER_METRICS_BYTES) {
        run.directory().writeMetrics(history);
      }
    }
    takeCheckpoint();
    return finish();
  }

  private void stopIfAsked(long numSteps) {
    if (!stop.isRequested()) {
      return;
    }
    takeCheckpoint();
    if (round > checkpointedRound) {
      leaveLateReplicasBehind();
      beginCheckpoint();
      takeCheckpoint();
    }
    throw new TrainingStoppedException(step, numSteps, run.plan().output());
  }

  /** There is no time to wait for them. Their samples are not read again, since later ones were. */
  private void leaveLateReplicasBehind() {
    long numSamples = rounds.numSamplesUnderway();
    if (numSamples > 0) {
      tokens += run.data().numTokens(numSamples);
      run.listener()
          .warning(
              "replicas that were late are left behind, with "
                  + numSamples
                  + " samples that nothing was learned from");
    }
  }

  private void warnOfRareCheckpoints() {
    int interval = run.plan().checkpoint().everyRounds();
    if (interval > MAX_LINEAGE_ROUNDS) {
      run.listener()
          .warning(
              "checkpoint.everyRounds is "
                  + interval
                  + ", but a checkpoint is written every "
                  + MAX_LINEAGE_ROUNDS
                  + " rounds at the latest: what is lost is recomputed from the newest one");
    }
  }

  /** Returns whether a round was taken, and not given up to stop in time. */
  private boolean takeRound(long numSteps) {
    int localSteps = run.plan().dataParallelism().localSteps();
    // Aligned to multiples of H, also behind a run whose last round was cut short.
    long end = Math.min((step / localSteps + 1) * localSteps, numSteps);
    RoundPlan next =
        new RoundPlan(
            step,
            (int) (end - step),
            run.data().numSamples(tokens) + rounds.numSamplesUnderway(),
            RoundPlan.all(run.numReplicasNow()),
            history.losses().limit(run.plan().training().skipLossSpikes()),
            end == numSteps || isCheckpointDueAfter(round + 1));
    Optional<AveragingRound.Outcome> finished = unlessGivenUp(next);
    if (finished.isEmpty()) {
      return false;
    }
    AveragingRound.Outcome outcome = finished.get();
    if (!background.isWriting(state)) {
      state.release();
    }
    state = outcome.state();
    RoundReport report =
        RoundSummary.of(outcome, round + 1, step, tokens, run.data().tokensPerStep(1));
    step = end;
    round++;
    tokens += report.tokens();
    seconds += report.seconds();
    computeSeconds += report.computeSeconds();
    bytesMoved += report.bytesMoved();
    history.addRound(report);
    history.addTimes(
        report, outcome.times(), run.plan().mesh(), run.plan().parallel().pipelineSchedule());
    run.listener().roundFinished(report);
    metrics.roundFinished(report);
    new SkipWatch(run, history).roundFinished(report);
    return true;
  }

  private Optional<AveragingRound.Outcome> unlessGivenUp(RoundPlan next) {
    try {
      return Optional.of(
          stop.whileCancellable(
              () -> run.spark().cancelJobGroup(JOB_GROUP), () -> rounds.run(state, next)));
    } catch (Exception e) {
      // Spark throws its checked SparkException undeclared, for a job that was cancelled too.
      if (stop.isHurried()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private void evaluate(boolean full) {
    Evaluation evaluation = run.newEvaluation(full);
    Evaluation.Result result = evaluation.run(run.spark(), state, step);
    boolean whole = full || run.measuresWholeSplit();
    history.addEvaluation(step, result.loss(), result.numTargets(), whole);
    run.listener().evaluationFinished(step, result.loss());
    metrics.evaluationFinished(step, result.loss());
  }

  private static boolean passesMultiple(long before, long after, long interval) {
    return interval > 0 && before / interval < after / interval;
  }

  private boolean isCheckpointDueAfter(long rounds) {
    return rounds - checkpointedRound >= TrainingRun.roundsPerCheckpoint(run.plan().checkpoint());
  }

  /** Begins to write the state as it is, after the checkpoint before has been committed. */
  private void beginCheckpoint() {
    takeCheckpoint();
    TrainerState trainer =
        new TrainerState(
            step,
            round,
            tokens,
            run.plan().seed(),
            run.plan().mesh().withReplicas(state.workers().getNumPartitions()),
            run.numParameters(),
            run.settings(),
            seconds,
            computeSeconds,
            bytesMoved);
    background.begin(
        new CheckpointContent(
            state, trainer, run.model(), run.specialTokens(), tokenizer, history.toBytes()));
    checkpointedRound = round;
    if (!run.plan().checkpoint().background()) {
      takeCheckpoint();
    }
  }

  /** Waits for the checkpoint that is being written, if one is, and lets old ones go. */
  private void takeCheckpoint() {
    background.take().ifPresent(this::takeCommitted);
  }

  private void takeCommitted(BackgroundCheckpoints.Written written) {
    Checkpoint checkpoint = written.checkpoint();
    if (written.state().equals(state)) {
      state.release();
      state = load(checkpoint);
    } else {
      loader(checkpoint).replacePast(written.state());
      written.state().release();
    }
    newest = Optional.of(checkpoint);
    lease.requireHeld();
    run.checkpoints().prune(checkpoint, run.plan().checkpoint().keep());
    run.directory().writeMetrics(history);
    run.listener().checkpointWritten(checkpoint.trainer().step(), checkpoint.directory());
  }

  private TrainingState load(Checkpoint checkpoint) {
    return loader(checkpoint)
        .load(
            run.spark(),
            checkpoint.trainer().mesh().dataParallel(),
            Storage.replicatedLevel(run.spark()));
  }

  private CheckpointLoader loader(Checkpoint checkpoint) {
    return new CheckpointLoader(
        run.hadoop(), checkpoint.directory().toString(), run.model(), run.layout());
  }

  private byte[] readMetrics(Checkpoint checkpoint) {
    Path path = new Path(checkpoint.directory(), CheckpointLayout.METRICS);
    try (InputStream in = path.getFileSystem(run.spark().hadoopConfiguration()).open(path)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
  }

  private TrainingResult finish() {
    Checkpoint last = newest.orElseThrow();
    OptionalDouble measured = history.fullValidationLoss(step);
    double validationLoss =
        measured.isPresent()
            ? measured.getAsDouble()
            : run.newEvaluation(true).run(run.spark(), state, step).loss();
    RunSummary summary =
        new RunSummary(
            validationLoss,
            run.tokens().unigramLoss(),
            run.tokens().uniformLoss(),
            history.losses().last(),
            run.numParameters(),
            run.numReplicas(),
            step,
            history.losses().numSkipped(),
            round,
            tokens,
            tokens / Math.max(seconds, 1e-9),
            seconds,
            computeSeconds,
            seconds - computeSeconds,
            bytesMoved,
            CheckpointLayout.CHECKPOINTS + "/" + last.directory().getName());
    run.directory().writeMetrics(history);
    run.directory().writeSummary(summary);
    return new TrainingResult(last.directory(), summary, false);
  }
}

package dev.kindling.spark.train;

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
 * <p>After every checkpoint the state is read back from its files. That cuts the RDDs' lineage:
 * whatever is lost later is computed again from there, to the same bits.
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

  private final RunContext run;
  private final AveragingRound averaging;
  private final RunHistory history;
  private final byte[] tokenizer;
  private TrainingState state;
  private Optional<Checkpoint> newest;
  private long step;
  private long round;
  private long tokens;
  private double seconds;
  private double computeSeconds;
  private long bytesMoved;

  /**
   * @param newest the checkpoint to go on from
   */
  TrainingLoop(RunContext run, Optional<Checkpoint> newest) {
    this.run = run;
    this.newest = newest;
    this.averaging = run.newRound();
    this.tokenizer = run.tokens().readTokenizer(run.spark().hadoopConfiguration());
    if (newest.isPresent()) {
      TrainerState trainer = newest.get().trainer();
      step = trainer.step();
      round = trainer.round();
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

  TrainingResult run() {
    try {
      return train();
    } finally {
      state.release();
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
      long before = step;
      takeRound(numSteps);
      if (step == numSteps) {
        evaluate(true);
      } else if (passesMultiple(before, step, run.plan().training().evaluateEverySteps())) {
        evaluate(false);
      }
      if (step == numSteps || isCheckpointDue()) {
        writeCheckpoint();
      } else if (history.numBytes() <= EAGER_METRICS_BYTES) {
        run.directory().writeMetrics(history);
      }
    }
    return finish();
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

  private void takeRound(long numSteps) {
    int localSteps = run.plan().dataParallelism().localSteps();
    // Aligned to multiples of H, also behind a run whose last round was cut short.
    long end = Math.min((step / localSteps + 1) * localSteps, numSteps);
    AveragingRound.Outcome outcome = averaging.run(state, step, (int) (end - step));
    state.release();
    state = outcome.state();
    RoundReport report =
        RoundSummary.of(outcome, round + 1, step, tokens, run.data().tokensPerStep());
    step = end;
    round++;
    tokens += report.tokens();
    seconds += report.seconds();
    computeSeconds += report.computeSeconds();
    bytesMoved += report.bytesMoved();
    history.addRound(report);
    run.listener().roundFinished(report);
  }

  private void evaluate(boolean full) {
    Evaluation evaluation = run.newEvaluation(full);
    Evaluation.Result result = evaluation.run(run.spark(), state, step);
    boolean whole = full || run.measuresWholeSplit();
    history.addEvaluation(step, result.loss(), result.numTargets(), whole);
    run.listener().evaluationFinished(step, result.loss());
  }

  private static boolean passesMultiple(long before, long after, long interval) {
    return interval > 0 && before / interval < after / interval;
  }

  private boolean isCheckpointDue() {
    long last = newest.map(checkpoint -> checkpoint.trainer().round()).orElse(0L);
    return round - last >= TrainingRun.roundsPerCheckpoint(run.plan().checkpoint());
  }

  private void writeCheckpoint() {
    TrainerState trainer =
        new TrainerState(
            step,
            round,
            tokens,
            run.plan().seed(),
            run.plan().mesh(),
            run.numParameters(),
            run.settings(),
            seconds,
            computeSeconds,
            bytesMoved);
    CheckpointContent content =
        new CheckpointContent(
            state, trainer, run.model(), run.specialTokens(), tokenizer, history.toBytes());
    Checkpoint written =
        new CheckpointWriter(run.spark(), run.hadoop(), run.checkpoints()).write(content);
    state.release();
    state = load(written);
    newest = Optional.of(written);
    run.checkpoints().prune(written, run.plan().checkpoint().keep());
    run.directory().writeMetrics(history);
    run.listener().checkpointWritten(step, written.directory());
  }

  private TrainingState load(Checkpoint checkpoint) {
    return new CheckpointLoader(
            run.hadoop(), checkpoint.directory().toString(), run.model(), run.layout())
        .load(run.spark(), run.numReplicas(), Storage.replicatedLevel(run.spark()));
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
            history.lastTrainingLoss(),
            run.numParameters(),
            run.numReplicas(),
            step,
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

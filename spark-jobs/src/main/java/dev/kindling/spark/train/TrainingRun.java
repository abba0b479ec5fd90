package dev.kindling.spark.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.QualifiedPath;
import dev.kindling.data.shard.TokenShards;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.objective.Objective;
import dev.kindling.spark.checkpoint.Checkpoint;
import dev.kindling.spark.checkpoint.Checkpoints;
import dev.kindling.spark.config.CheckpointConfig;
import dev.kindling.spark.parallel.HadoopSettings;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pretraining on Spark: checks what it is given, finds where to go on, and hands over to the {@link
 * TrainingLoop}. The same call on the same output goes on from the newest valid checkpoint, and
 * does nothing where the run is finished.
 */
public final class TrainingRun {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);

  /** Failures without a checkpoint between them, after which something else is wrong. */
  private static final int MAX_FAILURES_IN_A_ROW = 5;

  private TrainingRun() {}

  /** As {@link #run(SparkSession, TrainingPlan, ProgressListener, StopRequest)}, to its end. */
  public static TrainingResult run(
      SparkSession session, TrainingPlan given, ProgressListener listener) {
    return run(session, given, listener, new StopRequest());
  }

  /**
   * Trains to {@code given.training().steps()}, from the beginning or from the newest checkpoint.
   *
   * @param stop ends the run early, with a checkpoint
   * @throws InvalidInputException if tokens, settings or the output directory do not fit, or
   *     another driver is at work in the output directory; existing output is untouched then
   * @throws TrainingDivergedException if a loss or gradient stopped being finite; the last
   *     checkpoint stays
   * @throws TrainingStoppedException if {@code stop} has asked for it
   */
  public static TrainingResult run(
      SparkSession session, TrainingPlan given, ProgressListener listener, StopRequest stop) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    Configuration hadoop = spark.hadoopConfiguration();
    TrainingPlan plan = given.qualified(hadoop).withResolvedBackend(spark);
    TokenDirectory tokens = TokenDirectory.open(hadoop, plan.tokens());
    ModelShape model = plan.model().forVocabulary(tokens.vocabSize());
    ModelSize.requireTrainable(model);
    Preflight.requirePrecision(spark, plan.training());
    Preflight.requireMesh(plan, model);
    Objective objective = RunObjective.of(hadoop, tokens, model, plan.objective());
    ObjectNode settings = RunSettings.of(plan, model, tokens);
    RunDirectory directory = new RunDirectory(hadoop, plan.output());
    HadoopSettings sent = HadoopSettings.send(spark);
    try {
      Checkpoints checkpoints = new Checkpoints(spark, sent, directory.checkpoints());
      RunContext run =
          new RunContext(
              spark,
              sent,
              plan,
              model,
              objective,
              tokens,
              settings,
              directory,
              checkpoints,
              listener);
      return goOn(session, run, stop);
    } finally {
      spark.setJobDescription(null);
      sent.broadcast().destroy();
    }
  }

  /**
   * Refuses a directory with a run, finished or not.
   *
   * @throws InvalidInputException if there is one, or something that no run has written
   */
  public static void requireNone(Configuration hadoop, Path output) {
    new RunDirectory(hadoop, QualifiedPath.of(hadoop, output)).requireNoRun();
  }

  /**
   * Refuses what no cluster could train: tokens, shape, precision and mesh that do not go together.
   *
   * @throws InvalidInputException as {@link #run} would
   */
  public static void requireValid(Configuration hadoop, TrainingPlan given) {
    TrainingPlan plan = given.qualified(hadoop);
    TokenDirectory tokens = TokenDirectory.open(hadoop, plan.tokens());
    ModelShape model = plan.model().forVocabulary(tokens.vocabSize());
    ModelSize.requireTrainable(model);
    Preflight.requirePrecision(plan.training());
    Preflight.requireMesh(plan, model);
    RunObjective.of(hadoop, tokens, model, plan.objective());
  }

  /** Tasks that the cluster runs at once, as it is now. */
  public static int numSlots(SparkSession session) {
    return Preflight.numSlots(JavaSparkContext.fromSparkContext(session.sparkContext()));
  }

  /** Rounds from one checkpoint to the next; never so many that lineage grows long. */
  public static int roundsPerCheckpoint(CheckpointConfig checkpoint) {
    return Math.min(checkpoint.everyRounds(), TrainingLoop.MAX_LINEAGE_ROUNDS);
  }

  private static TrainingResult goOn(SparkSession session, RunContext run, StopRequest stop) {
    Optional<Checkpoint> newest = newestValid(run);
    if (newest.isPresent()) {
      requireCompatible(run, newest.get());
      Optional<RunSummary> summary = run.directory().readSummary();
      if (isFinished(run, newest.get(), summary)) {
        return new TrainingResult(newest.get().directory(), summary.get(), true);
      }
    }
    Preflight.requireMemory(run, newest.isEmpty(), message -> warn(run.listener(), message));
    TokenShards.verify(session, run.tokens().path());
    if (run.talks()) {
      Preflight.requireSlots(run.spark(), run.plan().mesh());
    } else if (!run.plan().dataParallelism().elastic()) {
      Preflight.compareWithSlots(
          run.spark(),
          run.plan().mesh(),
          run.plan().dataParallelism().asynchronous(),
          message -> warn(run.listener(), message));
    }
    String application = run.spark().sc().applicationId();
    try (RunLease lease =
        RunLease.acquire(
            run.spark().hadoopConfiguration(),
            run.plan().output(),
            application,
            RunLease.Timing.DEFAULT)) {
      // Its former holder may have gone on since.
      if (run.checkpoints().hasLaterThan(stepOf(newest))) {
        newest = newestValid(run);
        newest.ifPresent(checkpoint -> requireCompatible(run, checkpoint));
      }
      return train(run, lease, stop, newest);
    }
  }

  /**
   * Trains, and again from the newest checkpoint where ranks that talk to each other were lost:
   * Spark cannot compute a part of a barrier stage again, as it can of other stages.
   */
  private static TrainingResult train(
      RunContext run, RunLease lease, StopRequest stop, Optional<Checkpoint> start) {
    Optional<Checkpoint> newest = start;
    int failures = 0;
    while (true) {
      try {
        return new TrainingLoop(run, lease, stop, newest).run();
      } catch (Exception e) {
        // Spark throws its checked SparkException undeclared.
        if (!run.talks() || !(e instanceof SparkException) || stop.isRequested()) {
          throw e;
        }
        Optional<Checkpoint> found = newestValid(run);
        failures = stepOf(found) > stepOf(newest) ? 1 : failures + 1;
        if (failures > MAX_FAILURES_IN_A_ROW) {
          throw e;
        }
        newest = found;
        warn(
            run.listener(),
            "ranks were lost; going on from step "
                + stepOf(newest)
                + ": "
                + e.getMessage().lines().findFirst().orElse(""));
      }
    }
  }

  private static long stepOf(Optional<Checkpoint> checkpoint) {
    return checkpoint.map(each -> each.trainer().step()).orElse(0L);
  }

  private static Optional<Checkpoint> newestValid(RunContext run) {
    return run.checkpoints().newestValid(message -> warn(run.listener(), message));
  }

  private static boolean isFinished(
      RunContext run, Checkpoint newest, Optional<RunSummary> summary) {
    long steps = run.plan().training().steps();
    return newest.trainer().step() == steps
        && summary.isPresent()
        && summary.get().steps() == steps;
  }

  private static void requireCompatible(RunContext run, Checkpoint checkpoint) {
    long done = checkpoint.trainer().step();
    long steps = run.plan().training().steps();
    if (done > steps) {
      throw new InvalidInputException(
          run.plan().output() + " has " + done + " steps done, but training.steps is " + steps,
          "at least the steps that are done",
          "set training.steps to " + done + " or more, or choose another --output");
    }
    RunSettings.requireCompatible(
            checkpoint.directory().toString(), checkpoint.trainer().settings(), run.settings())
        .forEach(
            change ->
                warn(run.listener(), "going on after step " + done + " with a change: " + change));
  }

  private static void warn(ProgressListener listener, String message) {
    LOG.warn("{}", message);
    listener.warning(message);
  }
}

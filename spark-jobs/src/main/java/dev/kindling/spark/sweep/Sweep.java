package dev.kindling.spark.sweep;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.train.RunSummary;
import dev.kindling.spark.train.TrainingRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a sweep: one training run after the other, each in a directory of its own, and after each
 * the table anew. The same call on the same directory leaves finished runs as they are, goes on
 * with one that was interrupted, and tries failed ones again.
 */
public final class Sweep {
  private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);

  /** Trains one run to its end. */
  public interface Trainer {
    /**
     * Trains, or goes on with what lies there.
     *
     * @param config everything
     * @param output the run directory
     */
    RunSummary train(RunConfig config, Path output);
  }

  private final SparkSession spark;
  private final SweepPlan plan;
  private final SweepDirectory directory;
  private final SweepTables tables;
  private final SweepListener listener;
  private final List<FailedRun> failed = new ArrayList<>();
  private final SweepClock clock;

  private Sweep(
      SparkSession spark, SweepPlan plan, SweepDirectory directory, SweepListener listener) {
    this.spark = spark;
    this.plan = plan;
    this.directory = directory;
    this.tables = new SweepTables(spark.sparkContext().hadoopConfiguration(), directory);
    this.listener = listener;
    this.clock = new SweepClock(System::nanoTime);
  }

  /**
   * Refuses a directory in which the sweep could not be run; changes nothing.
   *
   * @return how many of its runs are finished there
   * @throws InvalidInputException if it holds something else, or a sweep of other settings
   */
  public static int numFinished(Configuration hadoop, SweepPlan plan, Path output) {
    SweepDirectory directory = SweepDirectory.open(hadoop, output, plan);
    return (int)
        plan.runs().stream()
            .filter(run -> directory.record(directory.entry(run)).isPresent())
            .count();
  }

  /**
   * Runs what is not finished yet, then fits and compares.
   *
   * @param output the sweep's directory
   * @param trainer of single runs
   * @throws InvalidInputException if the directory cannot be used, or the first runs all fail for
   *     the same reason, which is a setting of all of them
   * @throws RuntimeException if training was stopped from outside; the same call goes on
   */
  public static SweepResult run(
      SparkSession spark, SweepPlan plan, Path output, Trainer trainer, SweepListener listener) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    SweepDirectory directory = SweepDirectory.open(hadoop, output, plan);
    directory.claim(plan);
    return new Sweep(spark, plan, directory, listener).run(trainer);
  }

  private SweepResult run(Trainer trainer) {
    tables.write(failed);
    for (int i = 0; i < plan.runs().size(); i++) {
      PlannedRun planned = plan.runs().get(i);
      SweepEntry entry = directory.entry(planned);
      Optional<RunRecord> before = directory.record(entry);
      if (before.isPresent()) {
        listener.runFinished(i + 1, before.get().row(), true, Double.NaN);
      } else {
        train(i + 1, planned, entry, trainer);
        tables.write(failed);
      }
    }
    return tables.analyse(failed);
  }

  private void train(int place, PlannedRun planned, SweepEntry entry, Trainer trainer) {
    listener.runStarted(place, entry.text());
    clock.start();
    try {
      RunSummary summary = trainer.train(planned.config(), directory.resolve(entry.directory()));
      if (!(summary.validationLoss() > 0 && Double.isFinite(summary.validationLoss()))) {
        fail(place, entry, "the validation loss is " + summary.validationLoss());
        return;
      }
      RunRecord record = RunRecord.of(entry, planned, summary, TrainingRun.numSlots(spark));
      directory.write(entry, record);
      clock.stop(planned.flops());
      listener.runFinished(place, record.row(), false, clock.seconds(flopsAfter(place)));
    } catch (Exception e) {
      // Spark throws its checked SparkException undeclared.
      if (RunFailure.isOfAll(spark, e)) {
        throw e;
      }
      LOG.warn("run {} of the sweep failed", entry.run(), e);
      if (e instanceof InvalidInputException && isAgain(e)) {
        throw e;
      }
      fail(place, entry, RunFailure.reason(e));
    }
  }

  private void fail(int place, SweepEntry entry, String reason) {
    failed.add(new FailedRun(entry.run(), entry.directory(), entry.text(), reason));
    listener.runFailed(place, entry.text(), reason);
  }

  /** Whether nothing has worked so far, and the run before was refused in the same words. */
  private boolean isAgain(Exception refusal) {
    return clock.isUnused()
        && !failed.isEmpty()
        && failed.get(failed.size() - 1).reason().equals(RunFailure.reason(refusal));
  }

  private double flopsAfter(int place) {
    return plan.runs().stream()
        .skip(place)
        .filter(run -> directory.record(directory.entry(run)).isEmpty())
        .mapToDouble(PlannedRun::flops)
        .sum();
  }
}

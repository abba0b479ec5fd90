package dev.kindling.spark.cli;

import dev.kindling.spark.report.Words;
import dev.kindling.spark.score.ScoreJob;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.JavaSparkStatusTracker;
import org.apache.spark.sql.SparkSession;

/** Says every few seconds how many parts have been scored. */
final class ScoreProgress {
  private static final int SECONDS_BETWEEN_LINES = 5;

  private final Console console;
  private final JavaSparkStatusTracker tracker;
  private String last = "";

  private ScoreProgress(Console console, JavaSparkStatusTracker tracker) {
    this.console = console;
    this.tracker = tracker;
  }

  /** Does some work and watches the session meanwhile. */
  static <T> T during(Console console, SparkSession spark, Supplier<T> work) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    ScoreProgress progress = new ScoreProgress(console, context.statusTracker());
    ScheduledExecutorService timer = timer();
    ScheduledFuture<?> drawing =
        timer.scheduleWithFixedDelay(
            progress::draw, SECONDS_BETWEEN_LINES, SECONDS_BETWEEN_LINES, TimeUnit.SECONDS);
    try {
      return work.get();
    } finally {
      drawing.cancel(false);
      timer.shutdown();
    }
  }

  private static ScheduledExecutorService timer() {
    return Executors.newSingleThreadScheduledExecutor(
        work -> {
          Thread thread = new Thread(work, "kindling-score-progress");
          thread.setDaemon(true);
          return thread;
        });
  }

  private void draw() {
    for (int stage : tracker.getActiveStageIds()) {
      SparkStageInfo info = tracker.getStageInfo(stage);
      // The shuffle before it, and counting, are soon done.
      if (info != null && info.name().startsWith(ScoreJob.STAGE)) {
        draw(info.numCompletedTasks(), info.numTasks());
      }
    }
  }

  private void draw(int numDone, int numParts) {
    String line = Words.number(numDone) + " of " + Words.count(numParts, "part") + " scored";
    if (!line.equals(last)) {
      console.line("%-13s %s", "", line);
      last = line;
    }
  }
}

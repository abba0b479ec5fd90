package dev.kindling.spark.cli;

import dev.kindling.spark.report.Words;
import dev.kindling.spark.score.ScoreJob;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.JavaSparkStatusTracker;
import org.apache.spark.sql.SparkSession;

/** Says every few seconds how many parts have been scored. */
final class ScoreProgress {
  private ScoreProgress() {}

  /** Does some work and watches the session meanwhile. */
  static <T> T during(Console console, SparkSession spark, Supplier<T> work) {
    JavaSparkStatusTracker tracker =
        JavaSparkContext.fromSparkContext(spark.sparkContext()).statusTracker();
    return ProgressLines.during(console, () -> state(tracker), work);
  }

  private static Optional<String> state(JavaSparkStatusTracker tracker) {
    for (int stage : tracker.getActiveStageIds()) {
      SparkStageInfo info = tracker.getStageInfo(stage);
      // The shuffle before it, and counting, are soon done.
      if (info != null && info.name().startsWith(ScoreJob.STAGE)) {
        return Optional.of(
            Words.number(info.numCompletedTasks())
                + " of "
                + Words.count(info.numTasks(), "part")
                + " scored");
      }
    }
    return Optional.empty();
  }
}

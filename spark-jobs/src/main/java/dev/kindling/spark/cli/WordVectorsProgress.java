package dev.kindling.spark.cli;

import dev.kindling.spark.config.Word2VecConfig;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.wordvectors.WordVectorsJob;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.JavaSparkStatusTracker;
import org.apache.spark.sql.SparkSession;

/** Says every few seconds which iteration MLlib is in, which says nothing itself. */
final class WordVectorsProgress {
  private WordVectorsProgress() {}

  /** Does some work and watches the session meanwhile. */
  static <T> T during(
      Console console, SparkSession spark, Word2VecConfig config, Supplier<T> work) {
    JavaSparkStatusTracker tracker =
        JavaSparkContext.fromSparkContext(spark.sparkContext()).statusTracker();
    return ProgressLines.during(console, () -> state(tracker, config), work);
  }

  private static Optional<String> state(JavaSparkStatusTracker tracker, Word2VecConfig config) {
    // The first job of the group counts words.
    int iteration = tracker.getJobIdsForGroup(WordVectorsJob.TRAINING).length - 1;
    int done = 0;
    int tasks = 0;
    for (int stage : tracker.getActiveStageIds()) {
      SparkStageInfo info = tracker.getStageInfo(stage);
      if (info != null) {
        done += info.numCompletedTasks();
        tasks += info.numTasks();
      }
    }
    if (tasks == 0) {
      return Optional.empty();
    }
    return Optional.of(
        (iteration < 1 ? "counting words" : "iteration " + iteration + " of " + config.iterations())
            + ": "
            + Words.number(done)
            + " of "
            + Words.count(tasks, "task")
            + " done");
  }
}

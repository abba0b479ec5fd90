package dev.kindling.spark.sweep;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.train.TrainingDivergedException;
import dev.kindling.spark.train.TrainingStoppedException;
import org.apache.spark.sql.SparkSession;

/** What to make of an exception that has ended one of many runs. */
public final class RunFailure {
  private RunFailure() {}

  /** Whether there is no sense in going on with the others: Spark or the training was stopped. */
  public static boolean isOfAll(SparkSession spark, Throwable thrown) {
    if (spark.sparkContext().isStopped()) {
      return true;
    }
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof TrainingStoppedException) {
        return true;
      }
    }
    return false;
  }

  /** Why it has ended, in one line. */
  public static String reason(Throwable thrown) {
    if (thrown instanceof InvalidInputException || thrown instanceof TrainingDivergedException) {
      return thrown.getMessage().replaceAll("\\s*\\R\\s*", "; ");
    }
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = String.valueOf(root.getMessage()).lines().findFirst().orElse("");
    return root.getClass().getSimpleName() + ": " + message;
  }
}

package dev.kindling.data.clean;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.read.ReadConfig;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** Skeleton. */
public final class CleanJob {
  private CleanJob() {}

  /**
   * Runs the step, or returns the manifest of {@code output} where the same work is already done.
   */
  public static Manifest run(
      SparkSession spark, ReadConfig read, CleanConfig clean, List<String> inputs, Path output) {
    if (read == null) {
      return null;
    }
    throw new UnsupportedOperationException("skeleton");
  }
}

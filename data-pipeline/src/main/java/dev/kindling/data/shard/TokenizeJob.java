package dev.kindling.data.shard;

import dev.kindling.data.manifest.Manifest;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** Skeleton. */
public final class TokenizeJob {
  private TokenizeJob() {}

  /**
   * Runs the step, or returns the manifest of {@code output} where the same work is already done.
   */
  public static Manifest run(
      SparkSession spark, TokenizeConfig config, Path documents, Path tokenizer, Path output) {
    if (config == null) {
      return null;
    }
    throw new UnsupportedOperationException("skeleton");
  }
}

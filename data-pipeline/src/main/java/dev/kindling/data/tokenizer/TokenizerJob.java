package dev.kindling.data.tokenizer;

import dev.kindling.data.manifest.Manifest;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** Skeleton. */
public final class TokenizerJob {
  private TokenizerJob() {}

  /**
   * Runs the step, or returns the manifest of {@code output} where the same work is already done.
   */
  public static Manifest run(
      SparkSession spark, TokenizerConfig config, Path documents, Path output) {
    if (config == null) {
      return null;
    }
    throw new UnsupportedOperationException("skeleton");
  }
}

package dev.kindling.data.sample;

import dev.kindling.data.manifest.Manifest;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Skeleton. */
public final class SampleCorpus {
  private SampleCorpus() {}

  /**
   * Runs the step, or returns the manifest of {@code output} where the same work is already done.
   */
  public static Manifest write(Configuration hadoop, SampleCorpusConfig config, Path output) {
    if (config == null) {
      return null;
    }
    throw new UnsupportedOperationException("skeleton");
  }
}

package dev.kindling.spark.inspect;

import dev.kindling.data.manifest.Manifest;
import org.apache.hadoop.fs.Path;

/** Explains directories of one kind. */
interface KindExplainer {
  /** Adds to {@code out} what the directory holds, an example of it and what to do next. */
  void explain(Path directory, Manifest manifest, Explanation out);
}

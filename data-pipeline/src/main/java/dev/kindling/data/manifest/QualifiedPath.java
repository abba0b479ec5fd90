package dev.kindling.data.manifest;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Paths as executors understand them, which start in folders and filesystems of their own. */
public final class QualifiedPath {
  private QualifiedPath() {}

  /** The path with its scheme and from its root, as this process means it. */
  public static Path of(Configuration hadoop, Path path) {
    try {
      return path.getFileSystem(hadoop).makeQualified(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot reach " + path, e);
    }
  }
}

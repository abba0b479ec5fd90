package dev.kindling.data.manifest;

import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** The files below a directory, by relative name. */
public final class FileTree {
  private FileTree() {}

  /**
   * Lists every file below {@code directory}, ordered by path relative to it, with {@code /}
   * between names. Only the path parts of the URIs are compared: {@code file:/a} and {@code
   * file:///a} are the same place, but not the same string.
   */
  public static SortedMap<String, FileStatus> listBelow(FileSystem fs, Path directory)
      throws IOException {
    String base = fs.makeQualified(directory).toUri().getPath();
    int prefix = base.endsWith("/") ? base.length() : base.length() + 1;
    SortedMap<String, FileStatus> files = new TreeMap<>();
    RemoteIterator<LocatedFileStatus> found = fs.listFiles(directory, true);
    while (found.hasNext()) {
      FileStatus file = found.next();
      files.put(file.getPath().toUri().getPath().substring(prefix), file);
    }
    return files;
  }
}

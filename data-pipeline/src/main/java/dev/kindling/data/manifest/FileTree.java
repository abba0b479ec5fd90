package dev.kindling.data.manifest;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

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
    // Not FileSystem.listFiles: on a local filesystem it asks for every file's permissions, and
    // Hadoop without its native library starts a process for each.
    Deque<Path> directories = new ArrayDeque<>(List.of(directory));
    while (!directories.isEmpty()) {
      for (FileStatus status : fs.listStatus(directories.remove())) {
        if (status.isDirectory()) {
          directories.add(status.getPath());
        } else {
          files.put(status.getPath().toUri().getPath().substring(prefix), status);
        }
      }
    }
    return files;
  }

  /**
   * Whether a relative path has a name that starts with {@code _} or {@code .}: such files are
   * marks and remains of programs, and belong to no data.
   */
  public static boolean isHidden(String relative) {
    for (String name : relative.split("/", -1)) {
      if (name.startsWith("_") || name.startsWith(".")) {
        return true;
      }
    }
    return false;
  }
}

package dev.kindling.data.read;

import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/** Opens a segment's bytes, decompressed and without a buffer of its own. */
final class SegmentStream {
  private SegmentStream() {}

  /** The file's bytes from {@code offset}, which must be 0 in a compressed file. */
  static InputStream open(Configuration hadoop, Segment segment, long offset) throws IOException {
    Path path = new Path(segment.path());
    FSDataInputStream file = path.getFileSystem(hadoop).open(path);
    if (segment.gzipped()) {
      return new GzipMembers(file);
    }
    try {
      file.seek(offset);
      return file;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }
}

package dev.kindling.data.read;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/** Opens a segment's bytes, decompressed and without a buffer of its own. */
final class SegmentStream {
  private static final int BUFFER_BYTES = 1 << 16;

  private SegmentStream() {}

  /** The file's bytes from {@code offset}, which must be 0 in a compressed file. */
  static InputStream open(Configuration hadoop, Segment segment, long offset) throws IOException {
    Path path = new Path(segment.path());
    FSDataInputStream file = path.getFileSystem(hadoop).open(path);
    try {
      if (!segment.gzipped()) {
        file.seek(offset);
        return file;
      }
      return decompress(file);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private static InputStream decompress(InputStream file) throws IOException {
    try {
      return new CheckedGzip(new GZIPInputStream(file, BUFFER_BYTES));
    } catch (EOFException | ZipException e) {
      throw new BrokenGzipException(e);
    }
  }

  /** Tells damage from failure: only damage is an EOFException or a ZipException. */
  private static final class CheckedGzip extends FilterInputStream {
    CheckedGzip(GZIPInputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      try {
        return super.read();
      } catch (EOFException | ZipException e) {
        throw new BrokenGzipException(e);
      }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        return super.read(buffer, offset, length);
      } catch (EOFException | ZipException e) {
        throw new BrokenGzipException(e);
      }
    }
  }
}

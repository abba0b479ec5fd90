package dev.kindling.data.read;

import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/**
 * A segment's bytes, decompressed and without a buffer of its own. A file that grows out of
 * proportion while it is decompressed is not read on.
 */
final class SegmentStream extends InputStream {
  /** A short file may well be one repeated byte; a bomb is larger. */
  static final long FREE_BYTES = 16L << 20;

  private final CountedFile file;
  private final InputStream content;
  private final long maxRatio;
  private long numDecompressed;

  private SegmentStream(CountedFile file, InputStream content, long maxRatio) {
    this.file = file;
    this.content = content;
    this.maxRatio = maxRatio;
  }

  /** The file's bytes from {@code offset}, which must be 0 in a compressed file. */
  static SegmentStream open(Configuration hadoop, Segment segment, ReadConfig config, long offset)
      throws IOException {
    Path path = new Path(segment.path());
    FSDataInputStream opened = path.getFileSystem(hadoop).open(path);
    try {
      opened.seek(offset);
      CountedFile file = new CountedFile(opened);
      return new SegmentStream(
          file, decompress(file, segment.compression()), config.maxDecompressionRatio());
    } catch (IOException e) {
      opened.close();
      throw e;
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  /**
   * @throws BrokenStreamException if the content is damaged from here on, or a decompression bomb
   */
  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int n = content.read(bytes, offset, length);
    numDecompressed += Math.max(0, n);
    if (numDecompressed > FREE_BYTES && numDecompressed / maxRatio > file.numRead()) {
      throw new BrokenStreamException(
          QuarantineReason.DECOMPRESSION_BOMB,
          file.numRead() + " bytes became more than " + maxRatio + " times as many");
    }
    return n;
  }

  /** After damage: goes on behind it, where the compression has a place for that. */
  boolean skipDamage() throws IOException {
    return content instanceof GzipMembers members && members.skipToNextMember();
  }

  @Override
  public void close() throws IOException {
    content.close();
  }

  private static InputStream decompress(CountedFile file, Compression compression)
      throws IOException {
    return switch (compression) {
      case NONE -> file;
      case GZIP -> new GzipMembers(file);
      case ZSTD -> new ZstdFrames(file);
    };
  }
}

package dev.kindling.data.read;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;

/**
 * The content of a Zstandard file (RFC 8878): one frame after another. Frames that need a window of
 * more than 128 MiB are refused, which bounds the memory of a task.
 */
final class ZstdFrames extends InputStream {
  private final ZstdInputStreamNoFinalizer frames;

  /** Owns the file. */
  ZstdFrames(CountedFile file) throws IOException {
    this.frames = new ZstdInputStreamNoFinalizer(file);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  /**
   * @throws BrokenStreamException if what comes next is damaged; what came before has been returned
   */
  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    try {
      return frames.read(bytes, offset, length);
    } catch (ZstdIOException e) {
      throw new BrokenStreamException(QuarantineReason.BROKEN_ZSTD, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() throws IOException {
    frames.close();
  }
}

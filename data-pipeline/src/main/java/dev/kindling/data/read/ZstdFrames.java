package dev.kindling.data.read;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * The content of a Zstandard file (RFC 8878): one frame after another. The binding's own stream
 * takes a last frame that is cut off for the end of the file, which loses it silently. Frames that
 * need a window of more than 128 MiB are refused, which bounds the memory of a task.
 */
final class ZstdFrames extends InputStream {
  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream file;
  private final ZstdDecompressCtx decompressor = new ZstdDecompressCtx();
  private final byte[] chunk = new byte[BUFFER_BYTES];
  private final ByteBuffer compressed = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);
  private final ByteBuffer content = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);
  private boolean inFrame;
  private boolean contentWasFull;

  /** Owns the file; nothing is read before it is asked for. */
  ZstdFrames(InputStream file) {
    this.file = file;
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
    while (!content.hasRemaining()) {
      boolean moreInside = inFrame && contentWasFull;
      if (!moreInside && !fill()) {
        if (inFrame) {
          throw broken("ends too early");
        }
        return -1;
      }
      decompress();
    }
    int n = Math.min(length, content.remaining());
    content.get(bytes, offset, n);
    return n;
  }

  @Override
  public void close() throws IOException {
    decompressor.close();
    file.close();
  }

  private void decompress() throws BrokenStreamException {
    content.clear();
    try {
      inFrame = !decompressor.decompressDirectByteBufferStream(content, compressed);
    } catch (ZstdException e) {
      content.limit(0);
      throw broken(String.valueOf(e.getMessage()));
    }
    contentWasFull = !content.hasRemaining();
    content.flip();
  }

  /** Whether there are compressed bytes left. */
  private boolean fill() throws IOException {
    while (!compressed.hasRemaining()) {
      int n = file.read(chunk, 0, chunk.length);
      if (n < 0) {
        return false;
      }
      compressed.clear();
      compressed.put(chunk, 0, n).flip();
    }
    return true;
  }

  private static BrokenStreamException broken(String detail) {
    return new BrokenStreamException(QuarantineReason.BROKEN_ZSTD, detail);
  }
}

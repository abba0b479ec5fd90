package dev.kindling.data.read;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The content of a gzip file (RFC 1952): one member after another, as parallel compressors write
 * them. The JDK's own stream takes whatever follows a member and is no header for the end of the
 * file, which loses the rest of a damaged file silently. Only zero bytes, with which some media are
 * padded, may follow the last member.
 */
final class GzipMembers extends InputStream {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int MAGIC_0 = 0x1f;
  private static final int MAGIC_1 = 0x8b;
  private static final int DEFLATE = 8;
  private static final int HEADER_CHECKSUM = 1 << 1;
  private static final int EXTRA_FIELD = 1 << 2;
  private static final int FILE_NAME = 1 << 3;
  private static final int COMMENT = 1 << 4;
  private static final int RESERVED = 0xE0;

  private final InputStream file;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int bufferStart;
  private int bufferEnd;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 checksum = new CRC32();
  private boolean started;
  private boolean ended;

  /** Owns the file; nothing is read before it is asked for. */
  GzipMembers(InputStream file) {
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
    if (length == 0) {
      return 0;
    }
    if (!started) {
      started = true;
      readHeader(readByte());
    }
    while (!ended) {
      int n = inflate(bytes, offset, length);
      if (n > 0) {
        checksum.update(bytes, offset, n);
        return n;
      }
      if (inflater.finished()) {
        endMember();
      } else if (inflater.needsInput() && fill()) {
        inflater.setInput(buffer, bufferStart, bufferEnd - bufferStart);
      } else {
        throw broken("ends too early");
      }
    }
    return -1;
  }

  /**
   * After damage: goes on with the next member whose header is found behind it. What the damaged
   * one led the decompressor to consume is lost, so that every byte is looked at once.
   *
   * @return whether there is such a member
   */
  boolean skipToNextMember() throws IOException {
    while (fill()) {
      if (readByte() == MAGIC_0 && startsMember()) {
        return true;
      }
    }
    ended = true;
    return false;
  }

  private boolean startsMember() throws IOException {
    inflater.reset();
    checksum.reset();
    try {
      readHeader(MAGIC_0);
      return true;
    } catch (BrokenStreamException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    file.close();
  }

  private int inflate(byte[] bytes, int offset, int length) throws BrokenStreamException {
    try {
      int n = inflater.inflate(bytes, offset, length);
      bufferStart = bufferEnd - inflater.getRemaining();
      return n;
    } catch (DataFormatException e) {
      throw broken(String.valueOf(e.getMessage()));
    }
  }

  private void endMember() throws IOException {
    if (readInt() != (int) checksum.getValue()) {
      throw broken("wrong checksum");
    }
    if (readInt() != (int) inflater.getBytesWritten()) {
      throw broken("wrong length");
    }
    boolean padded = false;
    while (fill()) {
      int first = readByte();
      if (first != 0 && padded) {
        throw broken("bytes after the padding");
      }
      if (first != 0) {
        inflater.reset();
        checksum.reset();
        readHeader(first);
        return;
      }
      padded = true;
    }
    ended = true;
  }

  private void readHeader(int first) throws IOException {
    if (first != MAGIC_0 || readByte() != MAGIC_1 || readByte() != DEFLATE) {
      throw broken("no gzip header where one is expected");
    }
    int flags = readByte();
    if ((flags & RESERVED) != 0) {
      throw broken("unknown flags in a header");
    }
    skip(6); // The time, and by what it was written.
    if ((flags & EXTRA_FIELD) != 0) {
      skip(readShort());
    }
    if ((flags & FILE_NAME) != 0) {
      skipString();
    }
    if ((flags & COMMENT) != 0) {
      skipString();
    }
    if ((flags & HEADER_CHECKSUM) != 0) {
      skip(2);
    }
    inflater.setInput(buffer, bufferStart, bufferEnd - bufferStart);
  }

  private static BrokenStreamException broken(String detail) {
    return new BrokenStreamException(QuarantineReason.BROKEN_GZIP, detail);
  }

  private void skip(int numBytes) throws IOException {
    for (int i = 0; i < numBytes; i++) {
      readByte();
    }
  }

  private void skipString() throws IOException {
    int last = readByte();
    while (last != 0) {
      last = readByte();
    }
  }

  private int readInt() throws IOException {
    return readShort() | readShort() << 16;
  }

  private int readShort() throws IOException {
    return readByte() | readByte() << 8;
  }

  private int readByte() throws IOException {
    if (!fill()) {
      throw broken("ends too early");
    }
    return Byte.toUnsignedInt(buffer[bufferStart++]);
  }

  /** Whether there are bytes left in the file. */
  private boolean fill() throws IOException {
    while (bufferStart == bufferEnd) {
      int n = file.read(buffer, 0, buffer.length);
      if (n < 0) {
        return false;
      }
      bufferStart = 0;
      bufferEnd = n;
    }
    return true;
  }
}

package dev.kindling.data.read;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A file under a decompressor: counts the bytes that are read, and marks the failures that are the
 * filesystem's and not those of the content.
 */
final class CountedFile extends FilterInputStream {
  private long numRead;

  CountedFile(InputStream file) {
    super(file);
  }

  long numRead() {
    return numRead;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    try {
      int n = in.read(bytes, offset, length);
      numRead += Math.max(0, n);
      return n;
    } catch (IOException e) {
      throw new StorageException(e);
    }
  }
}

package dev.kindling.model.io;

import java.io.IOException;

/**
 * Reads bytes of a file by position. Hadoop's {@code FSDataInputStream::readFully} is one, so that
 * this package needs no Hadoop.
 */
@FunctionalInterface
public interface RangeReader {
  /**
   * Reads exactly {@code length} bytes.
   *
   * @param position the file position of the first one
   * @throws IOException if they cannot be read, or the file ends before
   */
  void readFully(long position, byte[] destination, int destinationOffset, int length)
      throws IOException;
}

package dev.kindling.data.read;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** Reads the records of one segment in order. */
interface RecordReader extends Closeable {
  /**
   * The next record; empty at the end.
   *
   * @throws BrokenStreamException where a compressed stream is damaged
   * @throws IOException where the filesystem fails: the task is then tried again
   */
  Optional<ReadRecord> next() throws IOException;

  /** Where the next record starts, or would have started. */
  long position();
}

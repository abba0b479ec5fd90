package dev.kindling.data.read;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * The lines that start in a segment, as bytes. A line longer than the limit is skipped over without
 * being held in memory. A byte-order mark at the start of the file is no part of the first line.
 */
final class ByteLines implements Closeable {
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  /** One line. */
  static final class Line {
    private final long offset;
    private final byte[] bytes;
    private final boolean oversized;

    private Line(long offset, byte[] bytes, boolean oversized) {
      this.offset = offset;
      this.bytes = bytes;
      this.oversized = oversized;
    }

    /** Of its first byte in the decompressed file. */
    long offset() {
      return offset;
    }

    /** Without the line's end; cut off where {@link #oversized}. Not to be changed. */
    byte[] bytes() {
      return bytes;
    }

    /** Whether it has more bytes than the limit. */
    boolean oversized() {
      return oversized;
    }
  }

  private final InputStream in;
  private final long end;
  private final int maxLineBytes;
  private final byte[] buffer = new byte[1 << 16];
  private int bufferStart;
  private int bufferEnd;
  private long position;
  private long lineOffset;

  ByteLines(Configuration hadoop, Segment segment, ReadConfig config) throws IOException {
    this.end = segment.compression() == Compression.NONE ? segment.end() : Long.MAX_VALUE;
    this.maxLineBytes = (int) config.maxRecordBytes();
    // One byte earlier: a line that starts exactly at the cut belongs to this segment.
    this.position = segment.start() == 0 ? 0 : segment.start() - 1;
    this.in = SegmentStream.open(hadoop, segment, config, position);
    try {
      skipToFirstLine(segment);
    } catch (IOException e) {
      in.close();
      throw e;
    }
    lineOffset = position;
  }

  /** The next line that starts in the segment; empty at its end. */
  Optional<Line> next() throws IOException {
    if (position >= end || !fill()) {
      return Optional.empty();
    }
    lineOffset = position;
    ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    boolean oversized = false;
    boolean ended = false;
    while (!ended && fill()) {
      int newline = indexOfNewline();
      int stop = newline < 0 ? bufferEnd : newline;
      int length = stop - bufferStart;
      int room = maxLineBytes - line.size();
      oversized |= length > room;
      line.write(buffer, bufferStart, Math.min(length, room));
      ended = newline >= 0;
      advanceTo(ended ? stop + 1 : stop);
    }
    Line read = new Line(lineOffset, withoutCarriageReturn(line.toByteArray()), oversized);
    lineOffset = position;
    return Optional.of(read);
  }

  /** Where the next line starts, or the line that could not be read to its end. */
  long position() {
    return lineOffset;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private void skipToFirstLine(Segment segment) throws IOException {
    if (segment.start() > 0) {
      skipLine();
    } else {
      skipByteOrderMark();
    }
  }

  private void skipLine() throws IOException {
    while (fill()) {
      int newline = indexOfNewline();
      if (newline >= 0) {
        advanceTo(newline + 1);
        return;
      }
      advanceTo(bufferEnd);
    }
  }

  private void skipByteOrderMark() throws IOException {
    int n = 0;
    while (bufferEnd < BYTE_ORDER_MARK.length && n >= 0) {
      n = in.read(buffer, bufferEnd, buffer.length - bufferEnd);
      bufferEnd += Math.max(0, n);
    }
    int length = BYTE_ORDER_MARK.length;
    if (bufferEnd >= length && Arrays.equals(buffer, 0, length, BYTE_ORDER_MARK, 0, length)) {
      advanceTo(length);
    }
  }

  /** Reads as much as there is, and no more: what comes before damage must not be lost with it. */
  private boolean fill() throws IOException {
    if (bufferStart < bufferEnd) {
      return true;
    }
    bufferStart = 0;
    bufferEnd = 0;
    int n = 0;
    while (n == 0) {
      n = in.read(buffer, 0, buffer.length);
    }
    bufferEnd = Math.max(0, n);
    return bufferEnd > 0;
  }

  private int indexOfNewline() {
    for (int i = bufferStart; i < bufferEnd; i++) {
      if (buffer[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private void advanceTo(int index) {
    position += index - bufferStart;
    bufferStart = index;
  }

  private static byte[] withoutCarriageReturn(byte[] line) {
    int last = line.length - 1;
    return last >= 0 && line[last] == '\r' ? Arrays.copyOf(line, last) : line;
  }
}

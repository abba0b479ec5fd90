package dev.kindling.data.read;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The records of a WARC file (ISO 28500) as bytes: a version line, header fields, an empty line, a
 * block of {@code Content-Length} bytes, and two line ends. After damage it goes on at the next
 * line that has the form of a version.
 */
final class WarcFrames implements Closeable {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int MAX_HEADER_BYTES = 1 << 16;
  private static final int MAX_LENGTH_DIGITS = 18;
  private static final Pattern VERSION = Pattern.compile("WARC/\\d\\.\\d\\d?");
  private static final String LENGTH_FIELD = "content-length:";
  private static final byte[] RECORD_END = {'\r', '\n', '\r', '\n'};

  private final SegmentStream in;
  private final int maxBlockBytes;
  private byte[] buffer = new byte[BUFFER_BYTES];
  private int bufferStart;
  private int bufferEnd;
  private long position;
  private long frameStart;
  private long numRead;
  private long numReadAgain;
  private boolean lost;

  /** Owns the stream. */
  WarcFrames(SegmentStream in, ReadConfig config) {
    this.in = in;
    this.maxBlockBytes = (int) config.maxRecordBytes();
  }

  /** One record. */
  static final class Frame {
    private final long offset;
    private final String header;
    private final byte[] block;
    private final boolean oversized;

    private Frame(long offset, String header, byte[] block, boolean oversized) {
      this.offset = offset;
      this.header = header;
      this.block = block;
      this.oversized = oversized;
    }

    /** Of its first byte in the decompressed file. */
    long offset() {
      return offset;
    }

    /** From the version line to the empty line, one char a byte. */
    String header() {
      return header;
    }

    /** Empty where {@link #oversized}. Not to be changed. */
    byte[] block() {
      return block;
    }

    /** Whether the block has more bytes than the limit. */
    boolean oversized() {
      return oversized;
    }
  }

  /**
   * The next record; empty at the end of the file.
   *
   * @throws BrokenWarcException if it is damaged; the following call looks for the one after it
   * @throws BrokenStreamException if decompression fails; see {@link #skipDamage}
   */
  Optional<Frame> next() throws IOException {
    if (lost) {
      return nextAfterDamage();
    }
    frameStart = position;
    if (!fill()) {
      return Optional.empty();
    }
    try {
      return Optional.of(frame(readLine()));
    } catch (BrokenWarcException e) {
      lost = true;
      throw e;
    }
  }

  /** Goes on behind damage of the compressed stream, or to the end of the file. */
  void skipDamage() throws IOException {
    bufferStart = bufferEnd;
    // Positions stay unique, although the bytes that are skipped cannot be counted.
    position++;
    lost = true;
    in.skipDamage();
  }

  /** Where the record begins that was read last, or could not be read. */
  long position() {
    return frameStart;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** What is no record here belongs to the damage that was reported already. */
  private Optional<Frame> nextAfterDamage() throws IOException {
    while (true) {
      try {
        frameStart = position;
        if (!fill()) {
          return Optional.empty();
        }
        String line = readLine();
        if (VERSION.matcher(line.strip()).matches()) {
          Frame frame = frame(line);
          lost = false;
          return Optional.of(frame);
        }
      } catch (BrokenWarcException e) {
        // The search goes on behind this version line.
      } catch (BrokenStreamException e) {
        if (e.reason() != QuarantineReason.BROKEN_GZIP) {
          throw e;
        }
        skipDamage();
      }
    }
  }

  private Frame frame(String version) throws IOException {
    if (!VERSION.matcher(version.strip()).matches()) {
      throw new BrokenWarcException("no version line where a record should begin");
    }
    StringBuilder header = new StringBuilder(version);
    long length = -1;
    String line = readLine();
    while (!line.isBlank()) {
      if (line.toLowerCase(Locale.ROOT).startsWith(LENGTH_FIELD)) {
        length = parseLength(line.substring(LENGTH_FIELD.length()).strip());
      }
      header.append(line);
      if (header.length() > MAX_HEADER_BYTES) {
        throw new BrokenWarcException("a header of more than " + MAX_HEADER_BYTES + " bytes");
      }
      line = readLine();
    }
    if (!line.endsWith("\n") || length < 0) {
      throw new BrokenWarcException("a header that is cut off or without a Content-Length");
    }
    return withBlock(header.append(line).toString(), length);
  }

  private static long parseLength(String digits) throws BrokenWarcException {
    boolean number = digits.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!number || digits.isEmpty() || digits.length() > MAX_LENGTH_DIGITS) {
      throw new BrokenWarcException("a Content-Length that is no number");
    }
    return Long.parseLong(digits);
  }

  private Frame withBlock(String header, long length) throws IOException {
    boolean oversized = length > maxBlockBytes;
    ByteArrayOutputStream held = new ByteArrayOutputStream();
    long remaining = length;
    while (remaining > 0 && fill()) {
      int n = (int) Math.min(remaining, bufferEnd - bufferStart);
      if (!oversized) {
        held.write(buffer, bufferStart, n);
      }
      advance(n);
      remaining -= n;
    }
    int numEndBytes = remaining > 0 ? 0 : skipRecordEnd();
    if (numEndBytes < RECORD_END.length) {
      held.write(RECORD_END, 0, numEndBytes);
      readAgain(held.toByteArray());
      throw new BrokenWarcException("a block that does not end where its Content-Length says");
    }
    return new Frame(frameStart, header, held.toByteArray(), oversized);
  }

  /** As many bytes of the end as there are. */
  private int skipRecordEnd() throws IOException {
    int matched = 0;
    while (matched < RECORD_END.length && fill() && buffer[bufferStart] == RECORD_END[matched]) {
      advance(1);
      matched++;
    }
    return matched;
  }

  /**
   * A length that is too large has swallowed the records that follow. They are looked for in the
   * block, but altogether no more bytes than the file has: records could claim each other in turn.
   */
  private void readAgain(byte[] block) {
    if (numReadAgain + block.length > numRead) {
      return;
    }
    numReadAgain += block.length;
    int numLeft = bufferEnd - bufferStart;
    byte[] joined = new byte[block.length + Math.max(numLeft, BUFFER_BYTES)];
    System.arraycopy(block, 0, joined, 0, block.length);
    System.arraycopy(buffer, bufferStart, joined, block.length, numLeft);
    buffer = joined;
    bufferStart = 0;
    bufferEnd = block.length + numLeft;
    position -= block.length;
  }

  /** A line with its end; the excess of a long one is left out. */
  private String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    while (fill()) {
      byte b = buffer[bufferStart];
      advance(1);
      if (line.size() < MAX_HEADER_BYTES) {
        line.write(b);
      }
      if (b == '\n') {
        break;
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  private void advance(int numBytes) {
    bufferStart += numBytes;
    position += numBytes;
  }

  private boolean fill() throws IOException {
    if (bufferStart < bufferEnd) {
      return true;
    }
    bufferStart = 0;
    bufferEnd = 0;
    bufferEnd = Math.max(0, in.read(buffer, 0, buffer.length));
    numRead += bufferEnd;
    return bufferEnd > 0;
  }
}

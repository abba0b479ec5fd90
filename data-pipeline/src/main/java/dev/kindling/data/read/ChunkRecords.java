package dev.kindling.data.read;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * Plain text, cut into documents of about {@code chunkCharacters} code points: at the first blank
 * line after so many; without one, at the end of the line that reaches twice as many; and a line
 * that is longer than that is itself cut at white space. Blank lines around a chunk are dropped.
 */
final class ChunkRecords implements RecordReader {
  private final Segment segment;
  private final ByteLines lines;
  private final int chunkCharacters;
  private final long maxRecordBytes;
  private final Deque<ReadRecord> ready = new ArrayDeque<>();

  private final ByteArrayOutputStream chunk = new ByteArrayOutputStream();
  private long chunkOffset;
  private long characters;
  private int bytesToLastText;

  ChunkRecords(Configuration hadoop, Segment segment, ReadConfig config) throws IOException {
    this.segment = segment;
    this.lines = new ByteLines(hadoop, segment, config);
    this.chunkCharacters = config.chunkCharacters();
    this.maxRecordBytes = config.maxRecordBytes();
  }

  @Override
  public Optional<ReadRecord> next() throws IOException {
    while (ready.isEmpty()) {
      Optional<ByteLines.Line> line = lines.next();
      if (line.isEmpty()) {
        flush();
        return Optional.ofNullable(ready.poll());
      }
      accept(line.get());
    }
    return Optional.of(ready.remove());
  }

  /** Where the chunk under way starts: if reading breaks off, it is this chunk that is lost. */
  @Override
  public long position() {
    return chunk.size() == 0 ? lines.position() : chunkOffset;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }

  private void accept(ByteLines.Line line) {
    if (line.oversized()) {
      flush();
      ready.add(segment.quarantined(line.offset(), QuarantineReason.OVERSIZED_RECORD, "line"));
      return;
    }
    boolean blank = isBlank(line.bytes());
    if (blank && characters >= chunkCharacters) {
      flush();
    }
    if (blank && chunk.size() == 0) {
      return;
    }
    int lineCharacters = Utf8.countCodePoints(line.bytes());
    if (lineCharacters > 2L * chunkCharacters) {
      flush();
      cut(line);
      return;
    }
    if (chunk.size() + line.bytes().length + 1 > maxRecordBytes) {
      flush();
    }
    append(line, blank, lineCharacters);
    if (characters >= 2L * chunkCharacters) {
      flush();
    }
  }

  private void append(ByteLines.Line line, boolean blank, int lineCharacters) {
    if (chunk.size() == 0) {
      chunkOffset = line.offset();
    } else {
      chunk.write('\n');
      characters++;
    }
    chunk.writeBytes(line.bytes());
    characters += lineCharacters;
    if (!blank) {
      bytesToLastText = chunk.size();
    }
  }

  private void flush() {
    if (chunk.size() > 0) {
      byte[] bytes = chunk.toByteArray();
      ready.add(
          Utf8.decode(bytes, 0, bytesToLastText)
              .map(text -> segment.readable(text, chunkOffset))
              .orElseGet(
                  () -> segment.quarantined(chunkOffset, QuarantineReason.BROKEN_UTF8, "chunk")));
    }
    chunk.reset();
    characters = 0;
    bytesToLastText = 0;
  }

  private void cut(ByteLines.Line line) {
    Optional<String> decoded = Utf8.decode(line.bytes());
    if (decoded.isEmpty()) {
      ready.add(segment.quarantined(line.offset(), QuarantineReason.BROKEN_UTF8, "line"));
      return;
    }
    String text = decoded.get();
    long offset = line.offset();
    for (int start = 0; start < text.length(); ) {
      int end = endOfPiece(text, start);
      String piece = text.substring(start, end);
      if (!piece.isBlank()) {
        ready.add(segment.readable(piece.strip(), offset));
      }
      offset += piece.getBytes(StandardCharsets.UTF_8).length;
      start = end;
    }
  }

  private int endOfPiece(String text, int start) {
    if (text.codePointCount(start, text.length()) <= chunkCharacters) {
      return text.length();
    }
    int limit = text.offsetByCodePoints(start, chunkCharacters);
    for (int i = limit; i > start + (limit - start) / 2; i--) {
      if (Character.isWhitespace(text.charAt(i - 1))) {
        return i;
      }
    }
    return limit;
  }

  private static boolean isBlank(byte[] line) {
    for (byte b : line) {
      if (b != ' ' && b != '\t') {
        return false;
      }
    }
    return true;
  }
}

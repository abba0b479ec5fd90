package dev.kindling.data.read;

import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/** Plain text, one document per line; blank lines separate and are no documents. */
final class LineRecords implements RecordReader {
  private final Segment segment;
  private final ByteLines lines;

  LineRecords(Configuration hadoop, Segment segment, ReadConfig config) throws IOException {
    this.segment = segment;
    this.lines = new ByteLines(hadoop, segment, config);
  }

  @Override
  public Optional<ReadRecord> next() throws IOException {
    for (Optional<ByteLines.Line> next = lines.next(); next.isPresent(); next = lines.next()) {
      ByteLines.Line line = next.get();
      if (line.oversized()) {
        return Optional.of(
            segment.quarantined(line.offset(), QuarantineReason.OVERSIZED_RECORD, "line"));
      }
      Optional<String> text = Utf8.decode(line.bytes());
      if (text.isEmpty()) {
        return Optional.of(
            segment.quarantined(line.offset(), QuarantineReason.BROKEN_UTF8, "line"));
      }
      if (!text.get().isBlank()) {
        return Optional.of(segment.readable(text.get(), line.offset()));
      }
    }
    return Optional.empty();
  }

  @Override
  public long position() {
    return lines.position();
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}

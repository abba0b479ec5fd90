package dev.kindling.data.read;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/** A file that is one document: a web page, or plain text read as a whole. */
final class WholeFileRecords implements RecordReader {
  private final Segment segment;
  private final long maxRecordBytes;
  private final InputStream in;
  private boolean done;

  WholeFileRecords(Configuration hadoop, Segment segment, ReadConfig config) throws IOException {
    this.segment = segment;
    this.maxRecordBytes = config.maxRecordBytes();
    this.in = SegmentStream.open(hadoop, segment, config, 0);
  }

  @Override
  public Optional<ReadRecord> next() throws IOException {
    if (done) {
      return Optional.empty();
    }
    done = true;
    byte[] bytes = in.readNBytes((int) maxRecordBytes + 1);
    if (bytes.length == 0) {
      return Optional.empty();
    }
    if (bytes.length > maxRecordBytes) {
      return Optional.of(segment.quarantined(0, QuarantineReason.OVERSIZED_RECORD, "file"));
    }
    return Optional.of(
        Utf8.decode(bytes)
            .map(text -> segment.readable(text, 0))
            .orElseGet(() -> segment.quarantined(0, QuarantineReason.BROKEN_UTF8, "file")));
  }

  @Override
  public long position() {
    return 0;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}

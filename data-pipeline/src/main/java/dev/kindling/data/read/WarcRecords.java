package dev.kindling.data.read;

import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * A WARC or WET file of a crawl. Its documents are the {@code response} records of status 200 with
 * HTML or plain text, and the {@code conversion} records with text. Others, such as requests,
 * metadata and images, are no records of a corpus: they are passed over and not counted. A damaged
 * record goes to quarantine, and reading goes on at the next.
 */
final class WarcRecords implements RecordReader {
  private final Segment segment;
  private final WarcFrames frames;
  private final WarcPage pages;

  WarcRecords(Configuration hadoop, Segment segment, ReadConfig config) throws IOException {
    this.segment = segment;
    this.frames = new WarcFrames(SegmentStream.open(hadoop, segment, config, 0), config);
    this.pages = new WarcPage(segment, config);
  }

  @Override
  public Optional<ReadRecord> next() throws IOException {
    try {
      Optional<WarcFrames.Frame> frame = frames.next();
      while (frame.isPresent()) {
        Optional<ReadRecord> record = pages.read(frame.get());
        if (record.isPresent()) {
          return record;
        }
        frame = frames.next();
      }
      return Optional.empty();
    } catch (BrokenWarcException e) {
      return Optional.of(quarantined(QuarantineReason.BROKEN_WARC, e));
    } catch (BrokenStreamException e) {
      if (e.reason() != QuarantineReason.BROKEN_GZIP) {
        throw e;
      }
      ReadRecord broken = quarantined(e.reason(), e);
      frames.skipDamage();
      return Optional.of(broken);
    }
  }

  @Override
  public long position() {
    return frames.position();
  }

  @Override
  public void close() throws IOException {
    frames.close();
  }

  private ReadRecord quarantined(QuarantineReason reason, IOException e) {
    return segment.quarantined(frames.position(), reason, e.getMessage());
  }
}

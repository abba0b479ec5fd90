package dev.kindling.data.read;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * All records of a segment. What the readers leave open is settled here: a damaged stream ends the
 * segment with one quarantined record, and so does a file in which nothing was found.
 */
final class SegmentRecords implements Iterator<ReadRecord>, AutoCloseable {
  private final Segment segment;
  private RecordReader reader;
  private ReadRecord next;
  private boolean found;

  SegmentRecords(Configuration hadoop, Segment segment, ReadConfig config) {
    this.segment = segment;
    try {
      reader = open(hadoop, segment, config);
    } catch (BrokenStreamException e) {
      next = broken(0, e);
      return;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + segment.path(), e);
    }
    advance();
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public ReadRecord next() {
    if (next == null) {
      throw new NoSuchElementException("no record is left in " + segment.path());
    }
    ReadRecord current = next;
    next = null;
    if (reader != null) {
      advance();
    }
    return current;
  }

  @Override
  public void close() {
    if (reader == null) {
      return;
    }
    try {
      reader.close();
      reader = null;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close " + segment.path(), e);
    }
  }

  private static RecordReader open(Configuration hadoop, Segment segment, ReadConfig config)
      throws IOException {
    return switch (segment.format()) {
      case TEXT ->
          switch (config.textMode()) {
            case CHUNK -> new ChunkRecords(hadoop, segment, config);
            case LINE -> new LineRecords(hadoop, segment, config);
            case FILE -> new WholeFileRecords(hadoop, segment, config);
          };
      case JSON_LINES -> new JsonLinesRecords(hadoop, segment, config);
      case HTML -> new WholeFileRecords(hadoop, segment, config);
      case WARC -> new WarcRecords(hadoop, segment, config);
      case PARQUET -> new ParquetRecords(hadoop, segment);
    };
  }

  private void advance() {
    try {
      Optional<ReadRecord> read = reader.next();
      if (read.isPresent()) {
        next = read.get();
        found = true;
        return;
      }
      // Spark itself writes Parquet files without rows, which are as they should be.
      if (!found && segment.wholeFile() && segment.format() != FileFormat.PARQUET) {
        next = segment.quarantined(0, QuarantineReason.EMPTY_FILE, "no record to read in the file");
      }
    } catch (BrokenStreamException e) {
      next = broken(reader.position(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + segment.path(), e);
    }
    close();
  }

  private ReadRecord broken(long position, BrokenStreamException e) {
    return segment.quarantined(position, e.reason(), e.getMessage());
  }
}

package dev.kindling.data.read;

import dev.kindling.data.Document;
import dev.kindling.data.read.ReadRecord.Quarantined;
import dev.kindling.data.read.ReadRecord.ReadDocument;
import java.io.Serializable;

/**
 * A part of a file that one task reads. Records belong to the segment in which they start. The cuts
 * are at multiples of {@link #BYTES} and depend on nothing else, so ids and chunks are the same on
 * every cluster.
 *
 * @param path the file's URI
 * @param source the file's name in the output
 * @param start first byte
 * @param end byte after the last
 * @param wholeFile whether this is the only segment of its file
 */
record Segment(
    String path,
    String source,
    FileFormat format,
    boolean gzipped,
    long start,
    long end,
    boolean wholeFile)
    implements Serializable {
  static final long BYTES = 32L << 20;

  private static final long serialVersionUID = 1L;
  private static final String UNKNOWN_LANGUAGE = "und";

  long length() {
    return end - start;
  }

  String idAt(long position) {
    return source + "#" + position;
  }

  ReadRecord readable(String text, long position) {
    return readable(idAt(position), text, source, UNKNOWN_LANGUAGE, position);
  }

  /** A record that may bring its own id, source and language; null where it does not. */
  ReadRecord readable(String id, String text, String ownSource, String language, long position) {
    if (Utf8.hasLoneSurrogate(text)) {
      return quarantined(position, QuarantineReason.LONE_SURROGATE, "in the text");
    }
    Document document =
        new Document(
            id == null ? idAt(position) : id,
            text,
            ownSource == null ? source : ownSource,
            language == null ? UNKNOWN_LANGUAGE : language);
    return new ReadDocument(document, idAt(position), position, format == FileFormat.HTML);
  }

  ReadRecord quarantined(long position, QuarantineReason reason, String detail) {
    return new Quarantined(idAt(position), source, position, reason, detail);
  }
}

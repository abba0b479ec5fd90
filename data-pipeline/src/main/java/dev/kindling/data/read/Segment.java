package dev.kindling.data.read;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.data.Document;
import dev.kindling.data.read.ReadRecord.Quarantined;
import dev.kindling.data.read.ReadRecord.ReadDocument;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * A part of a file that one task reads. Records belong to the segment in which they start. The cuts
 * are at multiples of {@link #BYTES} and depend on nothing else, so ids and chunks are the same on
 * every cluster.
 *
 * @param path the file's URI
 * @param source the file's name in the output
 * @param compression of the file; a compressed file is one segment
 * @param start first byte
 * @param end byte after the last
 * @param wholeFile whether this is the only segment of its file
 */
record Segment(
    String path,
    String source,
    FileFormat format,
    Compression compression,
    long start,
    long end,
    boolean wholeFile) {
  static final long BYTES = 32L << 20;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String UNKNOWN_LANGUAGE = "und";

  static String toJson(List<Segment> segments) {
    try {
      return JSON.writeValueAsString(segments);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Segment> fromJson(String segments) {
    try {
      return List.of(JSON.readValue(segments, Segment[].class));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  long length() {
    return end - start;
  }

  String idAt(long position) {
    return source + "#" + position;
  }

  ReadRecord readable(String text, long position) {
    return readable(RecordFields.NONE, text, position);
  }

  /** A record of the file's format. */
  ReadRecord readable(RecordFields fields, String text, long position) {
    return readable(fields, text, format == FileFormat.HTML, position);
  }

  /** A record that may be markup. */
  ReadRecord readable(RecordFields fields, String text, boolean html, long position) {
    if (Utf8.hasLoneSurrogate(text)) {
      return quarantined(position, QuarantineReason.LONE_SURROGATE, "in the text");
    }
    Document document =
        new Document(
            fields.id() == null ? idAt(position) : fields.id(),
            text,
            fields.source() == null ? source : fields.source(),
            fields.language() == null ? UNKNOWN_LANGUAGE : fields.language());
    return new ReadDocument(document, idAt(position), position, html, fields.url(), fields.date());
  }

  ReadRecord quarantined(long position, QuarantineReason reason, String detail) {
    return new Quarantined(idAt(position), source, position, reason, detail);
  }
}

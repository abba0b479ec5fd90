package dev.kindling.data.read;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * JSON Lines: one object per line, with {@code text}, and where they are known {@code id}, {@code
 * source}, {@code language}, {@code url} and {@code date}; other fields are skipped.
 */
final class JsonLinesRecords implements RecordReader {
  private final Segment segment;
  private final ByteLines lines;
  private final JsonFactory json;
  private final int maxNestingDepth;

  JsonLinesRecords(Configuration hadoop, Segment segment, ReadConfig config) throws IOException {
    this.segment = segment;
    this.lines = new ByteLines(hadoop, segment, config);
    this.maxNestingDepth = config.maxNestingDepth();
    this.json =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(maxNestingDepth)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();
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
        return Optional.of(parse(text.get(), line.offset()));
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

  private ReadRecord parse(String line, long offset) throws IOException {
    try (JsonParser parser = json.createParser(line)) {
      return parse(parser, offset);
    } catch (JsonProcessingException e) {
      return malformed(offset, e.getOriginalMessage());
    }
  }

  private ReadRecord parse(JsonParser parser, long offset) throws IOException {
    try {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return malformed(offset, "an object was expected");
      }
      ReadRecord record = readObject(parser, offset);
      if (parser.nextToken() != null) {
        return malformed(offset, "there is more after the object");
      }
      return record;
    } catch (StreamConstraintsException e) {
      if (parser.getParsingContext().getNestingDepth() <= maxNestingDepth) {
        throw e;
      }
      return segment.quarantined(
          offset, QuarantineReason.NESTED_TOO_DEEPLY, "more than " + maxNestingDepth + " levels");
    }
  }

  private ReadRecord readObject(JsonParser parser, long offset) throws IOException {
    String id = null;
    String text = null;
    String source = null;
    String language = null;
    String url = null;
    String date = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (name) {
        case "id" -> id = value.isScalarValue() ? parser.getValueAsString() : null;
        case "text" -> text = value == JsonToken.VALUE_STRING ? parser.getText() : null;
        case "source" -> source = parser.getValueAsString();
        case "language" -> language = parser.getValueAsString();
        case "url" -> url = parser.getValueAsString();
        case "date" -> date = parser.getValueAsString();
        default -> {}
      }
      parser.skipChildren();
    }
    if (text == null) {
      return segment.quarantined(
          offset, QuarantineReason.MISSING_TEXT, "no field 'text' that is a string");
    }
    return segment.readable(new RecordFields(id, source, language, url, date), text, offset);
  }

  private ReadRecord malformed(long offset, String detail) {
    return segment.quarantined(offset, QuarantineReason.MALFORMED_JSON, detail);
  }
}

package dev.kindling.data.read;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.netpreserve.jwarc.HttpResponse;
import org.netpreserve.jwarc.MediaType;
import org.netpreserve.jwarc.WarcConversion;
import org.netpreserve.jwarc.WarcReader;
import org.netpreserve.jwarc.WarcRecord;
import org.netpreserve.jwarc.WarcResponse;

/** The document in a WARC record, if there is one. */
final class WarcPage {
  private static final int OK = 200;
  private static final Set<String> HTML = Set.of("text/html", "application/xhtml+xml");
  private static final String PLAIN_TEXT = "text/plain";
  private static final Set<String> CONTENT_ENCODINGS =
      Set.of("", "identity", "gzip", "x-gzip", "deflate");

  private final Segment segment;
  private final int maxBytes;

  WarcPage(Segment segment, ReadConfig config) {
    this.segment = segment;
    this.maxBytes = (int) config.maxRecordBytes();
  }

  /**
   * The document or the reason why it cannot be read; empty where the record holds none. The whole
   * record is in memory, so that whatever the parser throws is about its content.
   */
  Optional<ReadRecord> read(WarcFrames.Frame frame) throws BrokenWarcException {
    byte[] header = frame.header().getBytes(StandardCharsets.ISO_8859_1);
    byte[] bytes = new byte[header.length + frame.block().length];
    System.arraycopy(header, 0, bytes, 0, header.length);
    System.arraycopy(frame.block(), 0, bytes, header.length, frame.block().length);
    try (WarcReader reader = new WarcReader(new ByteArrayInputStream(bytes))) {
      WarcRecord record = reader.next().orElseThrow(() -> new IOException("an empty record"));
      if (!(record instanceof WarcResponse) && !(record instanceof WarcConversion)) {
        return Optional.empty();
      }
      if (frame.oversized()) {
        return Optional.of(
            segment.quarantined(frame.offset(), QuarantineReason.OVERSIZED_RECORD, "WARC record"));
      }
      return record instanceof WarcResponse response
          ? readResponse(response, frame.offset())
          : readBody(record, record.contentType(), record.body().stream(), frame.offset());
    } catch (IOException | RuntimeException e) {
      throw new BrokenWarcException("a record that cannot be parsed: " + e.getMessage());
    }
  }

  private Optional<ReadRecord> readResponse(WarcResponse response, long offset) throws IOException {
    if (!response.contentType().base().equals(MediaType.HTTP)) {
      return Optional.empty();
    }
    HttpResponse http = response.http();
    if (http.status() != OK || !isText(http.contentType())) {
      return Optional.empty();
    }
    String encoding =
        http.headers().first("Content-Encoding").orElse("").strip().toLowerCase(Locale.ROOT);
    if (!CONTENT_ENCODINGS.contains(encoding)) {
      return Optional.of(badEncoding(offset, "the content encoding '" + encoding + "'"));
    }
    return readBody(response, http.contentType(), http.bodyDecoded().stream(), offset);
  }

  private Optional<ReadRecord> readBody(
      WarcRecord record, MediaType type, InputStream body, long offset) throws IOException {
    if (!isText(type)) {
      return Optional.empty();
    }
    byte[] bytes = body.readNBytes(maxBytes + 1);
    if (bytes.length > maxBytes) {
      return Optional.of(
          segment.quarantined(offset, QuarantineReason.OVERSIZED_RECORD, "decoded page"));
    }
    boolean html = isHtml(type);
    PageText text = PageText.of(bytes, type.parameters().get("charset"), html);
    return Optional.of(
        text.decoded()
            .map(decoded -> segment.readable(fieldsOf(record), decoded, html, offset))
            .orElseGet(() -> unreadable(offset, text.charset())));
  }

  private ReadRecord unreadable(long offset, String charset) {
    return charset.equals(StandardCharsets.UTF_8.name())
        ? segment.quarantined(offset, QuarantineReason.BROKEN_UTF8, "page")
        : badEncoding(offset, "the character set '" + charset + "'");
  }

  private ReadRecord badEncoding(long offset, String which) {
    return segment.quarantined(
        offset, QuarantineReason.BROKEN_ENCODING, which + " is not known, or is not followed");
  }

  private static RecordFields fieldsOf(WarcRecord record) {
    return new RecordFields(
        bare(record, "WARC-Record-ID"),
        null,
        null,
        bare(record, "WARC-Target-URI"),
        bare(record, "WARC-Date"));
  }

  /** A header without the angle brackets around it, if any; null where the record has none. */
  private static String bare(WarcRecord record, String header) {
    String value = record.headers().first(header).orElse("").strip();
    String bare =
        value.startsWith("<") && value.endsWith(">")
            ? value.substring(1, value.length() - 1)
            : value;
    return bare.isEmpty() ? null : bare;
  }

  private static boolean isText(MediaType type) {
    return isHtml(type) || baseOf(type).equals(PLAIN_TEXT);
  }

  private static boolean isHtml(MediaType type) {
    return HTML.contains(baseOf(type));
  }

  private static String baseOf(MediaType type) {
    return type.base().toString().toLowerCase(Locale.ROOT);
  }
}

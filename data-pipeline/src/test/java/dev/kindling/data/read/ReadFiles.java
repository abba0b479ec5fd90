package dev.kindling.data.read;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import dev.kindling.data.read.ReadRecord.Quarantined;
import dev.kindling.data.read.ReadRecord.ReadDocument;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Writes small files of the formats, and reads them without Spark. */
final class ReadFiles {
  private static final Configuration HADOOP = rawFiles();

  private ReadFiles() {}

  /** Without the checksum file that a local Hadoop filesystem would look for. */
  private static Configuration rawFiles() {
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.file.impl", RawLocalFileSystem.class, RawLocalFileSystem.class);
    return hadoop;
  }

  /** All records of a whole file. */
  static List<ReadRecord> read(Path file, byte[] bytes, ReadConfig config) throws IOException {
    Files.write(file, bytes);
    return read(file, 0, bytes.length, config);
  }

  /** The records of one segment. */
  static List<ReadRecord> read(Path file, long start, long end, ReadConfig config)
      throws IOException {
    String name = file.getFileName().toString();
    Segment segment =
        new Segment(
            file.toUri().toString(),
            name,
            FileFormat.of(name).orElseThrow(),
            Compression.of(name),
            start,
            end,
            start == 0 && end == Files.size(file));
    List<ReadRecord> records = new ArrayList<>();
    try (SegmentRecords open = new SegmentRecords(HADOOP, segment, config)) {
      open.forEachRemaining(records::add);
    }
    return records;
  }

  /** {@code id: text} or {@code id! reason}. */
  static List<String> describe(List<ReadRecord> records) {
    List<String> described = new ArrayList<>();
    for (ReadRecord record : records) {
      if (record instanceof ReadDocument document) {
        described.add(document.document().id() + ": " + document.document().text());
      } else if (record instanceof Quarantined quarantined) {
        described.add(quarantined.id() + "! " + quarantined.reason().label());
      }
    }
    return described;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      joined.writeBytes(part);
    }
    return joined.toByteArray();
  }

  static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(compressed)) {
      out.write(bytes);
    }
    return compressed.toByteArray();
  }

  /** One frame with a checksum. */
  static byte[] zstd(byte[] bytes) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (ZstdOutputStreamNoFinalizer out = new ZstdOutputStreamNoFinalizer(compressed)) {
      out.setChecksum(true);
      out.write(bytes);
    }
    return compressed.toByteArray();
  }

  /** One WARC record of some type; the id is {@code urn:id} of the number. */
  static byte[] warcRecord(int number, String type, String contentType, byte[] block) {
    List<String> header =
        List.of(
            "WARC/1.0",
            "WARC-Type: " + type,
            "WARC-Record-ID: <urn:id:" + number + ">",
            "WARC-Date: 2024-01-02T03:04:05Z",
            "WARC-Target-URI: http://example.org/" + number,
            "Content-Type: " + contentType,
            "Content-Length: " + block.length,
            "\r\n");
    return join(bytes(String.join("\r\n", header)), block, bytes("\r\n\r\n"));
  }

  /** A response of HTTP with these header fields, each with its line end. */
  static byte[] response(int number, int status, String fields, byte[] body) {
    byte[] head = bytes("HTTP/1.1 " + status + " Reason\r\n" + fields + "\r\n");
    return warcRecord(number, "response", "application/http; msgtype=response", join(head, body));
  }
}

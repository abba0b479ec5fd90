package dev.kindling.data.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.read.ReadRecord.Quarantined;
import dev.kindling.data.read.ReadRecord.ReadDocument;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes that changed on their way cost records, each of them counted, and never the job. */
class DamagedFilesTest {
  private static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
          "message document { optional binary id (UTF8); required binary text (UTF8); }");
  private static final ReadConfig LINES = new ReadConfig("line", 1, 1 << 20);
  private static final int NUM_ROWS = 104;

  @TempDir private Path temporary;

  @ParameterizedTest
  @EnumSource(names = {"UNCOMPRESSED", "SNAPPY"})
  void aFlippedByteInParquetLosesNoRowSilently(CompressionCodecName codec) throws IOException {
    byte[] whole = parquet(codec, textOfRow(0));
    assertThat(read(whole, 0, whole.length)).hasSize(NUM_ROWS).allMatch(this::isDocument);

    for (int i = 0; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= (byte) (1 << (i % 8));
      List<ReadRecord> records = read(damaged, 0, damaged.length);
      assertThat(records.size()).as("records after byte " + i).isBetween(1, NUM_ROWS);
      assertThat(records.size() == NUM_ROWS || records.stream().anyMatch(r -> !isDocument(r)))
          .as("every row of the file with byte " + i + " damaged is accounted for")
          .isTrue();
      assertThat(records.stream().map(DamagedFilesTest::idOf).distinct().count())
          .as("ids after byte " + i)
          .isEqualTo(records.size());
    }
  }

  @Test
  void brokenUtf8InParquetIsQuarantinedAndNotReplaced() throws IOException {
    byte[] bytes = parquet(CompressionCodecName.SNAPPY, new byte[] {'a', (byte) 0xC3, '('});

    List<ReadRecord> records = read(bytes, 0, bytes.length);

    assertThat(records).hasSize(NUM_ROWS);
    assertThat(records.get(0))
        .isInstanceOfSatisfying(
            Quarantined.class,
            record -> assertThat(record.reason()).isEqualTo(QuarantineReason.BROKEN_UTF8));
    assertThat(records.subList(1, NUM_ROWS)).allMatch(this::isDocument);
  }

  @Test
  void everyRowGroupBelongsToOneSegmentAndADamagedFooterToTheFirst() throws IOException {
    byte[] bytes = parquet(CompressionCodecName.UNCOMPRESSED, textOfRow(0));
    byte[] damaged = bytes.clone();
    damaged[damaged.length - 1] ^= 1;
    List<ReadRecord> whole = read(bytes, 0, bytes.length);
    boolean shared = false;

    for (int cut = 1; cut < bytes.length; cut += 9) {
      List<ReadRecord> first = read(bytes, 0, cut);
      List<ReadRecord> second = read(bytes, cut, bytes.length);
      shared |= !first.isEmpty() && !second.isEmpty();
      List<ReadRecord> both = new ArrayList<>(first);
      both.addAll(second);
      assertThat(both).as("cut at " + cut).isEqualTo(whole);
      assertThat(read(damaged, 0, cut)).hasSize(1);
      assertThat(read(damaged, cut, bytes.length)).isEmpty();
    }
    assertThat(shared).isTrue();
  }

  @Test
  void aFilesystemThatFailsIsNoDamage() throws IOException {
    byte[] bytes = parquet(CompressionCodecName.UNCOMPRESSED, textOfRow(0));
    Path file = Files.write(temporary.resolve("good.parquet"), bytes);
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.failing.impl", FailingFileSystem.class, RawLocalFileSystem.class);
    Segment segment =
        new Segment(
            "failing://" + file,
            "good",
            FileFormat.PARQUET,
            Compression.NONE,
            0,
            bytes.length,
            true);

    assertThatThrownBy(() -> new SegmentRecords(hadoop, segment, LINES))
        .isInstanceOf(UncheckedIOException.class)
        .hasStackTraceContaining("no route to host");
  }

  @Test
  void aFlippedByteInGzipLosesNoLineSilently() throws IOException {
    byte[] member = gzip("one\ntwo\nthree\n");
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.write(member);
    both.write(member);
    byte[] whole = both.toByteArray();
    List<ReadRecord> intact = readGzip(whole);
    assertThat(intact).hasSize(6).allMatch(this::isDocument);

    for (int i = 0; i < whole.length; i++) {
      for (int flip : new int[] {0xFF, 1 << (i % 8)}) {
        byte[] damaged = whole.clone();
        damaged[i] ^= (byte) flip;
        List<ReadRecord> records = readGzip(damaged);
        if (!records.equals(intact)) {
          assertThat(((Quarantined) records.get(records.size() - 1)).reason())
              .as("byte " + i)
              .isEqualTo(QuarantineReason.BROKEN_GZIP);
        }
      }
    }
  }

  @Test
  void whatFollowsAGzipMemberIsReadOrQuarantined() throws IOException {
    byte[] member = gzip("one\n");
    assertThat(readGzip(Arrays.copyOf(member, member.length + 512)))
        .as("padding of zeros")
        .hasSize(1)
        .allMatch(this::isDocument);
    byte[] more = Arrays.copyOf(member, member.length + 512);
    more[more.length - 1] = 1;
    assertThat(readGzip(more)).hasSize(2);
    for (int length = 1; length < member.length; length++) {
      byte[] cut = Arrays.copyOf(member, member.length + length);
      System.arraycopy(member, 0, cut, member.length, length);
      assertThat(readGzip(cut).stream().filter(r -> !isDocument(r)))
          .as("second member of " + length + " bytes")
          .hasSize(1);
    }
  }

  private boolean isDocument(ReadRecord record) {
    return record instanceof ReadDocument;
  }

  private static String idOf(ReadRecord record) {
    if (record instanceof ReadDocument document) {
      return document.origin();
    }
    return ((Quarantined) record).id();
  }

  private List<ReadRecord> read(byte[] bytes, int start, int end) throws IOException {
    boolean whole = start == 0 && end == bytes.length;
    return read("a.parquet", bytes, FileFormat.PARQUET, Compression.NONE, start, end, whole);
  }

  private List<ReadRecord> readGzip(byte[] bytes) throws IOException {
    return read("a.txt.gz", bytes, FileFormat.TEXT, Compression.GZIP, 0, bytes.length, true);
  }

  private List<ReadRecord> read(
      String name,
      byte[] bytes,
      FileFormat format,
      Compression compression,
      int start,
      int end,
      boolean w)
      throws IOException {
    Path file = Files.write(temporary.resolve(name), bytes);
    String path = file.toUri().toString();
    Segment segment = new Segment(path, name, format, compression, start, end, w);
    Configuration raw = new Configuration();
    // Without the checksum file that a local Hadoop filesystem would look for.
    raw.setClass("fs.file.impl", RawLocalFileSystem.class, RawLocalFileSystem.class);
    List<ReadRecord> records = new ArrayList<>();
    try (SegmentRecords open = new SegmentRecords(raw, segment, LINES)) {
      open.forEachRemaining(records::add);
    }
    return records;
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(compressed)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return compressed.toByteArray();
  }

  private static byte[] textOfRow(int row) {
    return ("text " + row % 4).getBytes(StandardCharsets.UTF_8);
  }

  /** Some row groups of {@link #NUM_ROWS} rows altogether. */
  private byte[] parquet(CompressionCodecName codec, byte[] firstText) throws IOException {
    Path file = temporary.resolve("written-" + codec + ".parquet");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new org.apache.hadoop.fs.Path(file.toUri()))
            .withType(SCHEMA)
            .withCompressionCodec(codec)
            .withRowGroupSize(500L)
            .build()) {
      for (int i = 0; i < NUM_ROWS; i++) {
        Group row = new SimpleGroup(SCHEMA);
        if (i % 3 > 0) {
          row.add("id", "id-" + i % 4);
        }
        row.add("text", Binary.fromConstantByteArray(i == 0 ? firstText : textOfRow(i)));
        writer.write(row);
      }
    }
    return Files.readAllBytes(file);
  }

  /** Opens files, and then cannot read them. */
  public static final class FailingFileSystem extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("failing:///");
    }

    @Override
    public FSDataInputStream open(org.apache.hadoop.fs.Path path, int bufferSize) {
      return new FSDataInputStream(new FailingStream());
    }
  }

  private static final class FailingStream extends FSInputStream {
    @Override
    public void seek(long position) {}

    @Override
    public long getPos() {
      return 0;
    }

    @Override
    public boolean seekToNewSource(long position) {
      return false;
    }

    @Override
    public int read() throws IOException {
      throw new IOException("no route to host");
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      return read();
    }
  }
}

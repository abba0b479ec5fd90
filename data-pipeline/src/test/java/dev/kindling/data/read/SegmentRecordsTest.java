package dev.kindling.data.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.Document;
import dev.kindling.data.read.ReadRecord.Quarantined;
import dev.kindling.data.read.ReadRecord.ReadDocument;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Readers on one segment, without Spark. */
class SegmentRecordsTest {
  private final Configuration hadoop = new Configuration();

  @TempDir private Path temporary;

  private static ReadConfig mode(String text) {
    return new ReadConfig(text, 20, 1000);
  }

  private List<ReadRecord> read(String name, byte[] bytes, ReadConfig config) throws IOException {
    Path file = Files.write(temporary.resolve(name), bytes);
    return read(file, 0, bytes.length, config);
  }

  private List<ReadRecord> read(Path file, long start, long end, ReadConfig config)
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
    try (SegmentRecords open = new SegmentRecords(hadoop, segment, config)) {
      open.forEachRemaining(records::add);
    }
    return records;
  }

  private List<String> describe(String name, String content, ReadConfig config) throws IOException {
    return describe(read(name, content.getBytes(StandardCharsets.UTF_8), config));
  }

  /** {@code position: text} or {@code position! reason}. */
  private static List<String> describe(List<ReadRecord> records) {
    List<String> described = new ArrayList<>();
    for (ReadRecord record : records) {
      if (record instanceof ReadDocument document) {
        described.add(document.position() + ": " + document.document().text());
      } else if (record instanceof Quarantined quarantined) {
        described.add(quarantined.position() + "! " + quarantined.reason().label());
      }
    }
    return described;
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(compressed)) {
      out.write(bytes);
    }
    return compressed.toByteArray();
  }

  @Test
  void everyLineIsReadOnceWhereverTheFileIsCut() throws IOException {
    byte[] text = "one\r\ntwo\n\nthree and more\nfour\n\nfive".getBytes(StandardCharsets.UTF_8);
    Path file = Files.write(temporary.resolve("a.txt"), text);
    List<String> whole = describe(read(file, 0, text.length, mode("line")));
    assertThat(whole)
        .containsExactly("0: one", "5: two", "10: three and more", "25: four", "31: five");

    for (int cut = 1; cut < text.length; cut++) {
      List<String> parts = new ArrayList<>(describe(read(file, 0, cut, mode("line"))));
      parts.addAll(describe(read(file, cut, text.length, mode("line"))));
      assertThat(parts).as("cut at " + cut).isEqualTo(whole);
    }
  }

  @Test
  void everyJsonLineIsReadOnceWhereverTheFileIsCut() throws IOException {
    byte[] text =
        "{\"text\": \"one\"}\n\n{\"text\": \"zwei\u00fc\"}\r\n{\"text\"\n{\"text\": \"three\"}"
            .getBytes(StandardCharsets.UTF_8);
    Path file = Files.write(temporary.resolve("a.jsonl"), text);
    List<String> whole = describe(read(file, 0, text.length, mode("line")));
    assertThat(whole)
        .containsExactly("0: one", "17: zwei\u00fc", "37! malformed-json", "45: three");

    for (int cut = 1; cut < text.length; cut++) {
      List<String> parts = new ArrayList<>(describe(read(file, 0, cut, mode("line"))));
      parts.addAll(describe(read(file, cut, text.length, mode("line"))));
      assertThat(parts).as("cut at " + cut).isEqualTo(whole);
    }
  }

  @Test
  void aWholeFileIsOneDocumentByteForByte() throws IOException {
    String text = "\n one \n\n two\r\n\n";
    assertThat(describe("a.txt", text, mode("file"))).containsExactly("0: " + text);
  }

  @Test
  void chunksEndAtTheFirstBlankLineAfterEnoughCharacters() throws IOException {
    assertThat(
            describe(
                "a.txt", "\nshort\n\nnineteen characters\n \n\nnext\nlines\n\n", mode("chunk")))
        .containsExactly("1: short\n\nnineteen characters", "31: next\nlines");
  }

  @Test
  void withoutABlankLineChunksEndWithALine() throws IOException {
    assertThat(describe("a.txt", "0123456789\n".repeat(5), mode("chunk")))
        .containsExactly("0: 0123456789\n0123456789\n0123456789\n0123456789", "44: 0123456789");
  }

  @Test
  void aLongLineIsCutAtWhiteSpace() throws IOException {
    assertThat(describe("a.txt", "twelve chars and more of them in one long line", mode("chunk")))
        .containsExactly("0: twelve chars and", "17: more of them in one", "37: long line");
  }

  @Test
  void charactersAreCountedAsCodePoints() throws IOException {
    assertThat(describe("a.txt", "汉".repeat(20) + "\n\n字", mode("chunk")))
        .containsExactly("0: " + "汉".repeat(20), "62: 字");
  }

  @Test
  void jsonLinesMayBringIdSourceAndLanguage() throws IOException {
    List<ReadRecord> records =
        read(
            "a.jsonl",
            ("\uFEFF{\"x\": [{\"text\": 1}], \"id\": 7, \"text\": \"t\", \"source\": \"s\","
                    + " \"language\": \"de\"}\n\n{\"text\": \"\"}\n")
                .getBytes(StandardCharsets.UTF_8),
            mode("chunk"));
    ReadDocument first = (ReadDocument) records.get(0);
    assertThat(first.document()).isEqualTo(new Document("7", "t", "s", "de"));
    assertThat(first.origin()).isEqualTo("a.jsonl#3");
    ReadDocument second = (ReadDocument) records.get(1);
    assertThat(second.document().language()).isEqualTo("und");
    assertThat(second.document().id()).isEqualTo(second.origin());
    assertThat(records).hasSize(2);
  }

  @Test
  void badLinesGoToQuarantineAndTheirNeighboursDoNot() throws IOException {
    String deep = "{\"text\": " + "[".repeat(10_000) + "}";
    String content =
        String.join(
            "\n",
            "{\"text\": \"good\"}",
            "{\"text\": \"half",
            "[1]",
            "{\"text\": 5}",
            "{\"texts\": \"x\"}",
            "{\"text\": \"a\"} {\"text\": \"b\"}",
            "{\"text\": \"\\ud800\"}",
            deep,
            "{\"text\": \"good \\u0000\"}");
    List<String> found = describe("a.jsonl", content, new ReadConfig("line", 1, 1 << 20));
    assertThat(found)
        .extracting(line -> line.substring(line.indexOf(' ') + 1))
        .containsExactly(
            "good",
            "malformed-json",
            "malformed-json",
            "missing-text",
            "missing-text",
            "malformed-json",
            "lone-surrogate",
            "nested-too-deeply",
            "good \0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"line", "chunk"})
  void aHugeLineIsQuarantinedAndTheNextIsRead(String mode) throws IOException {
    byte[] huge = new byte[20 << 20];
    Arrays.fill(huge, (byte) 'x');
    System.arraycopy("\nnext".getBytes(StandardCharsets.UTF_8), 0, huge, huge.length - 5, 5);
    assertThat(describe(read("a.txt", huge, mode(mode))))
        .containsExactly("0! oversized-record", (huge.length - 4) + ": next");
  }

  @Test
  void underAtAndOverTheLargestRecord() throws IOException {
    ReadConfig ten = new ReadConfig("line", 1, 10);
    assertThat(describe("a.txt", "123456789\n1234567890\n12345678901\n", ten))
        .containsExactly("0: 123456789", "10: 1234567890", "21! oversized-record");
    assertThat(describe("b.html", "1234567890", ten)).containsExactly("0: 1234567890");
    assertThat(describe("b.html", "12345678901", ten)).containsExactly("0! oversized-record");
  }

  @ParameterizedTest
  @ValueSource(strings = {"line", "chunk", "file"})
  void brokenUtf8IsQuarantined(String mode) throws IOException {
    byte[] bytes = {'a', (byte) 0xC3, '(', 'b'};
    assertThat(describe(read("a.txt", bytes, mode(mode)))).containsExactly("0! broken-utf-8");
    assertThat(describe(read("a.html", bytes, mode(mode)))).containsExactly("0! broken-utf-8");
    assertThat(describe(read("a.jsonl", bytes, mode(mode)))).containsExactly("0! broken-utf-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.txt", "a.jsonl", "a.html"})
  void anEmptyFileIsNotLostSilently(String name) throws IOException {
    assertThat(describe(name, "", mode("chunk"))).containsExactly("0! empty-file");
  }

  @Test
  void gzippedFilesAreReadLikeOthers() throws IOException {
    byte[] text = "one\ntwo\n".getBytes(StandardCharsets.UTF_8);
    assertThat(describe(read("a.txt.gz", gzip(text), mode("line"))))
        .containsExactly("0: one", "4: two");
    ByteArrayOutputStream twoMembers = new ByteArrayOutputStream();
    twoMembers.write(gzip(text));
    twoMembers.write(gzip(text));
    assertThat(describe(read("b.txt.gz", twoMembers.toByteArray(), mode("line")))).hasSize(4);
  }

  @Test
  void aTruncatedGzipFileKeepsWhatCameBefore() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      text.append("line number ").append(i * 7919L % 100_003).append('\n');
    }
    byte[] whole = gzip(text.toString().getBytes(StandardCharsets.UTF_8));
    byte[] half = Arrays.copyOf(whole, whole.length / 2);

    List<String> lines = describe(read("a.txt.gz", half, mode("line")));
    assertThat(lines.size()).isGreaterThan(5_000);
    assertThat(lines.get(lines.size() - 1)).endsWith("! broken-gzip");
    assertThat(lines.subList(0, lines.size() - 1)).noneMatch(line -> line.contains("!"));
    assertThat(describe(read("b.html.gz", half, new ReadConfig("line", 1, 1 << 20))))
        .containsExactly("0! broken-gzip");
    assertThat(describe(read("c.txt.gz", new byte[] {1, 2, 3}, mode("line"))))
        .containsExactly("0! broken-gzip");
  }
}

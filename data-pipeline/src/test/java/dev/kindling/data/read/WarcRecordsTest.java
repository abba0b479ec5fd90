package dev.kindling.data.read;

import static dev.kindling.data.read.ReadFiles.bytes;
import static dev.kindling.data.read.ReadFiles.describe;
import static dev.kindling.data.read.ReadFiles.gzip;
import static dev.kindling.data.read.ReadFiles.join;
import static dev.kindling.data.read.ReadFiles.response;
import static dev.kindling.data.read.ReadFiles.warcRecord;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.read.ReadRecord.ReadDocument;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WarcRecordsTest {
  private static final ReadConfig CONFIG = new ReadConfig("line", 1, 1000);
  private static final String HTML = "Content-Type: text/html\r\n";
  private static final String PLAIN = "Content-Type: text/plain\r\n";

  @TempDir private Path temporary;

  private List<ReadRecord> read(byte[]... parts) throws IOException {
    return ReadFiles.read(temporary.resolve("a.warc"), join(parts), CONFIG);
  }

  private List<ReadRecord> readGzip(byte[]... parts) throws IOException {
    return ReadFiles.read(temporary.resolve("a.warc.gz"), join(parts), CONFIG);
  }

  private static byte[] page(int number) {
    return response(number, 200, PLAIN, bytes("page " + number));
  }

  @Test
  void pagesHaveTheirAddressesAndDates() throws IOException {
    ReadDocument page = (ReadDocument) read(page(1)).get(0);
    assertThat(page.url()).isEqualTo("http://example.org/1");
    assertThat(page.date()).isEqualTo("2024-01-02T03:04:05Z");
  }

  @Test
  void pagesAndConversionsAreDocumentsAndOthersAreNoRecords() throws IOException {
    List<ReadRecord> records =
        read(
            warcRecord(1, "warcinfo", "application/warc-fields", bytes("software: x\r\n")),
            warcRecord(2, "request", "application/http; msgtype=request", bytes("GET / HTTP/1.1")),
            response(3, 200, HTML, bytes("<p>three</p>")),
            response(4, 404, HTML, bytes("<p>four</p>")),
            response(5, 200, "Content-Type: image/png\r\n", new byte[] {1, 2, 3}),
            response(6, 200, PLAIN, bytes("six")),
            response(7, 200, "", bytes("of no type")),
            response(
                8, 200, "Content-Type: application/xhtml+xml; charset=UTF-8\r\n", bytes("<p>")),
            warcRecord(9, "metadata", "application/warc-fields", bytes("a: b\r\n")),
            warcRecord(10, "response", "text/dns", bytes("20240102\r\nexample.org. A 1.2.3.4")),
            warcRecord(11, "conversion", "text/plain", bytes("Wét\nlines")),
            warcRecord(12, "conversion", "image/png", new byte[] {1}));

    assertThat(describe(records))
        .containsExactly(
            "urn:id:3: <p>three</p>", "urn:id:6: six", "urn:id:8: <p>", "urn:id:11: Wét\nlines");
    assertThat(records)
        .extracting(record -> ((ReadDocument) record).html())
        .containsExactly(true, false, true, false);
    assertThat(records)
        .allMatch(record -> ((ReadDocument) record).document().source().equals("a.warc"));
  }

  @Test
  void aRecordWithoutAnIdGetsOneOfFileAndOffset() throws IOException {
    byte[] first = page(1);
    String nameless =
        new String(page(2), StandardCharsets.UTF_8).replace("WARC-Record-ID", "X-Nothing-Here");
    assertThat(describe(read(first, bytes(nameless))))
        .containsExactly("urn:id:1: page 1", "a.warc#" + first.length + ": page 2");
  }

  @ParameterizedTest
  @CsvSource({
    "text/html; charset=ISO-8859-2, ISO-8859-2, ''",
    "text/html; charset=\"shift_jis\", Shift_JIS, ''",
    "text/html, windows-1251, <meta charset='windows-1251'>",
    "text/html, EUC-KR, <meta http-equiv=Content-Type content=\"text/html; charset=euc-kr\">",
    "text/html; charset=utf-8, UTF-8, <meta charset=windows-1251>",
    "text/html, UTF-8, <meta charset=utf-16>",
    "text/html; charset=iso-8859-1, windows-1252, ''",
    "text/html, UTF-8, ''",
  })
  void theCharacterSetIsThatOfTheHeaderThenOfMetaThenUtf8(
      String contentType, String charset, String meta) throws IOException {
    String letters =
        switch (charset) {
          case "Shift_JIS" -> "日本";
          case "EUC-KR" -> "한국";
          case "windows-1251" -> "Привет";
          case "windows-1252" -> "“é”";
          default -> "žluť";
        };
    String text = meta + letters;
    byte[] body = text.getBytes(Charset.forName(charset));
    assertThat(describe(read(response(1, 200, "Content-Type: " + contentType + "\r\n", body))))
        .containsExactly("urn:id:1: " + text);
  }

  @Test
  void textThatDoesNotFitItsCharacterSetIsQuarantined() throws IOException {
    byte[] latin = {'a', (byte) 0xE9, 'b'};
    byte[] plain = response(1, 200, PLAIN, latin);
    byte[] unknown = response(2, 200, "Content-Type: text/plain; charset=klingon\r\n", latin);
    byte[] japanese = response(3, 200, "Content-Type: text/plain; charset=euc-jp\r\n", latin);
    byte[] brotli = response(4, 200, PLAIN + "Content-Encoding: br\r\n", latin);
    assertThat(describe(read(plain, unknown, japanese, brotli, page(5))))
        .extracting(line -> line.substring(line.indexOf(' ') + 1))
        .containsExactly(
            "broken-utf-8", "broken-encoding", "broken-encoding", "broken-encoding", "page 5");
  }

  @Test
  void transferAndContentEncodingsAreDecoded() throws IOException {
    byte[] chunked = bytes("4\r\nfour\r\n5\r\n five\r\n0\r\n\r\n");
    assertThat(
            describe(
                read(
                    response(1, 200, PLAIN + "Transfer-Encoding: chunked\r\n", chunked),
                    response(2, 200, PLAIN + "Content-Encoding: gzip\r\n", gzip(bytes("two"))))))
        .containsExactly("urn:id:1: four five", "urn:id:2: two");
  }

  @Test
  void aPageThatIsTooLargeIsQuarantinedAlsoOnceDecoded() throws IOException {
    byte[] bomb = gzip(new byte[100_000]);
    assertThat(bomb.length).isLessThan(800);
    assertThat(
            describe(
                read(
                    response(1, 200, PLAIN, new byte[1000]),
                    response(2, 200, PLAIN + "Content-Encoding: gzip\r\n", bomb),
                    page(3))))
        .extracting(line -> line.substring(line.indexOf(' ') + 1))
        .containsExactly("oversized-record", "oversized-record", "page 3");
  }

  @ParameterizedTest
  @CsvSource({"-1", "+1", "+7", "+300"})
  void aWrongLengthCostsOneRecord(int change) throws IOException {
    String second = new String(page(2), StandardCharsets.UTF_8);
    int length = second.length() - second.indexOf("HTTP/1.1") - 4;
    String wrong = second.replace("Length: " + length, "Length: " + (length + change));
    assertThat(wrong).isNotEqualTo(second);
    assertThat(describe(read(page(1), bytes(wrong), page(3), page(4))))
        .containsExactly(
            "urn:id:1: page 1",
            "a.warc#" + page(1).length + "! broken-warc",
            "urn:id:3: page 3",
            "urn:id:4: page 4");
  }

  @Test
  void aBrokenHeaderCostsOneRecord() throws IOException {
    String good = new String(page(2), StandardCharsets.UTF_8);
    for (String bad :
        List.of(
            good.replace("WARC/1.0", "WORK/1.0"),
            good.replace("Content-Length", "Content-Width"),
            good.replaceFirst("Length: \\d+", "Length: many"),
            good.replace("WARC-Type", "WARC Type\0"),
            good.replace("HTTP/1.1", "HTTP"))) {
      assertThat(describe(read(page(1), bytes(bad), page(3))))
          .as(bad)
          .containsExactly(
              "urn:id:1: page 1", "a.warc#" + page(1).length + "! broken-warc", "urn:id:3: page 3");
    }
  }

  @Test
  void aFileThatIsCutOffKeepsWhatCameBefore() throws IOException {
    byte[] second = page(2);
    for (int length = 1; length < second.length; length++) {
      assertThat(describe(read(page(1), Arrays.copyOf(second, length))))
          .as("%d bytes of the second record", length)
          .containsExactly("urn:id:1: page 1", "a.warc#" + page(1).length + "! broken-warc");
    }
  }

  @Test
  void aDamagedMemberCostsOneRecordAndTheNextIsRead() throws IOException {
    byte[] first = gzip(page(1));
    byte[] second = gzip(page(2));
    byte[] third = gzip(page(3));
    assertThat(describe(readGzip(first, second, third))).hasSize(3);

    for (int i = 0; i < second.length; i++) {
      byte[] damaged = second.clone();
      damaged[i] ^= (byte) 0xFF;
      List<String> records = describe(readGzip(first, damaged, third));
      assertThat(records).as("byte %d", i).startsWith("urn:id:1: page 1");
      boolean unharmed = records.equals(describe(readGzip(first, second, third)));
      assertThat(unharmed || records.stream().anyMatch(line -> line.contains("! broken-")))
          .as("byte %d: %s", i, records)
          .isTrue();
    }
    assertThat(describe(readGzip(first, Arrays.copyOf(second, second.length / 2), third)))
        .hasSizeBetween(2, 3)
        .contains("urn:id:1: page 1");
    byte[] wrongChecksum = second.clone();
    wrongChecksum[second.length - 8] ^= 1;
    assertThat(describe(readGzip(first, wrongChecksum, third)))
        .startsWith("urn:id:1: page 1")
        .endsWith("urn:id:3: page 3")
        .anyMatch(line -> line.endsWith("! broken-gzip"));
  }

  @Test
  void aFileWithoutADocumentIsNotLostSilently() throws IOException {
    byte[] info = warcRecord(1, "warcinfo", "application/warc-fields", bytes("software: x\r\n"));
    assertThat(describe(read(info))).containsExactly("a.warc#0! empty-file");
    assertThat(describe(read())).containsExactly("a.warc#0! empty-file");
  }
}

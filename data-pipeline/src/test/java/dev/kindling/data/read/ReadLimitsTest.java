package dev.kindling.data.read;

import static dev.kindling.data.read.ReadFiles.bytes;
import static dev.kindling.data.read.ReadFiles.describe;
import static dev.kindling.data.read.ReadFiles.gzip;
import static dev.kindling.data.read.ReadFiles.join;
import static dev.kindling.data.read.ReadFiles.zstd;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Zstandard, and the limits that keep a file from using up a task. */
class ReadLimitsTest {
  private static final ReadConfig CONFIG = new ReadConfig("line", 1, 1000);

  @TempDir private Path temporary;

  private List<String> read(String name, byte[] content) throws IOException {
    return read(name, content, CONFIG);
  }

  private List<String> read(String name, byte[] content, ReadConfig config) throws IOException {
    return describe(ReadFiles.read(temporary.resolve(name), content, config));
  }

  @Test
  void zstandardFilesAreReadLikeOthers() throws IOException {
    byte[] frames = join(zstd(bytes("one\ntw")), zstd(bytes("o\n")));
    assertThat(read("a.txt.zst", frames)).containsExactly("a.txt.zst#0: one", "a.txt.zst#4: two");
    assertThat(read("a.jsonl.zst", zstd(bytes("{\"text\": \"x\"}"))))
        .containsExactly("a.jsonl.zst#0: x");
    assertThat(read("a.html.zst", zstd(bytes("<p>")))).containsExactly("a.html.zst#0: <p>");
    assertThat(FileFormat.of("a.parquet.zst")).isEmpty();
    assertThat(FileFormat.of("a.warc.zst")).isEmpty();
  }

  @Test
  void whereverAZstandardFileIsCutOffTheRestIsQuarantined() throws IOException {
    byte[] first = zstd(bytes("one\n"));
    byte[] second = zstd(bytes("two\n"));
    for (int length = 1; length < second.length; length++) {
      List<String> records = read("a.txt.zst", join(first, Arrays.copyOf(second, length)));
      assertThat(records).as("%d bytes of the second frame", length).startsWith("a.txt.zst#0: one");
      assertThat(records.get(records.size() - 1)).endsWith("! broken-zstd");
    }
    assertThat(read("b.txt.zst", bytes("no zstd"))).containsExactly("b.txt.zst#0! broken-zstd");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.txt.gz", "a.txt.zst", "a.jsonl.gz", "a.html.zst", "a.warc.gz"})
  void aBombIsQuarantinedOnceItIsLarge(String name) throws IOException {
    byte[] zeros = new byte[(int) SegmentStream.FREE_BYTES + (1 << 20)];
    byte[] bomb = name.endsWith(".gz") ? gzip(zeros) : zstd(zeros);
    ReadConfig config = new ReadConfig("line", 1, 64 << 20);
    assertThat(read(name, bomb, config)).hasSize(1).allMatch(r -> r.endsWith("decompression-bomb"));
  }

  @Test
  void highRatiosAreFineInSmallFilesAndWhereTheyAreAllowed() throws IOException {
    byte[] lines = bytes("a good line\n".repeat(500_000));
    byte[] more = bytes("a good line\n".repeat(1_500_000));
    assertThat(ReadFiles.read(temporary.resolve("a.txt.gz"), gzip(lines), CONFIG)).hasSize(500_000);
    ReadConfig lenient = new ReadConfig("line", 1, 1000, 64, 2000, 0.1);
    List<ReadRecord> records = ReadFiles.read(temporary.resolve("b.txt.gz"), gzip(more), lenient);
    assertThat(records).hasSize(1_500_000);
    ReadConfig strict = new ReadConfig("line", 1, 1000, 64, 20, 0.1);
    List<String> cut = read("b.txt.gz", gzip(more), strict);
    assertThat(cut).hasSizeBetween(1_000_000, 1_499_999);
    assertThat(cut.get(cut.size() - 1)).endsWith("! decompression-bomb");
  }

  @Test
  void jsonMayBeNestedAsDeepAsTheLimitSays() throws IOException {
    ReadConfig three = new ReadConfig("line", 1, 1000, 3, 200, 0.1);
    String atTheLimit = "{\"x\": [[]], \"text\": \"t\"}\n";
    String over = "{\"x\": [[{}]], \"text\": \"t\"}\n";
    assertThat(read("a.jsonl", bytes(atTheLimit + over + atTheLimit), three))
        .containsExactly(
            "a.jsonl#0: t",
            "a.jsonl#" + atTheLimit.length() + "! nested-too-deeply",
            "a.jsonl#" + (atTheLimit.length() + over.length()) + ": t");
  }
}

package dev.kindling.data.read;

import static dev.kindling.data.read.ReadFiles.bytes;
import static dev.kindling.data.read.ReadFiles.describe;
import static dev.kindling.data.read.ReadFiles.gzip;
import static dev.kindling.data.read.ReadFiles.join;
import static dev.kindling.data.read.ReadFiles.response;
import static dev.kindling.data.read.ReadFiles.zstd;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files with bytes flipped, cut out or put in: the reader ends, and what is lost is said. */
class MutatedFilesTest {
  private static final int NUM_MUTATIONS = 1000;
  private static final int NUM_RECORDS = 5;
  private static final ReadConfig CONFIG = new ReadConfig("line", 1, 10_000);

  @TempDir private Path temporary;

  @ParameterizedTest
  @ValueSource(strings = {"a.warc", "a.warc.gz", "a.jsonl.gz", "a.jsonl.zst"})
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void everyRecordIsReadOrAccountedForByAQuarantinedOne(String name) throws IOException {
    byte[] whole = file(name);
    Path file = temporary.resolve(name);
    List<String> intact = describe(ReadFiles.read(file, whole, CONFIG));
    assertThat(intact).hasSize(NUM_RECORDS).noneMatch(record -> record.contains("! "));
    SplittableRandom random = new SplittableRandom(20240102);

    for (int i = 0; i < NUM_MUTATIONS; i++) {
      List<String> records = describe(ReadFiles.read(file, mutate(whole, random), CONFIG));
      assertThat(records).as("mutation %d", i).isNotEmpty().doesNotHaveDuplicates();
      boolean quarantined = records.stream().anyMatch(record -> record.contains("! "));
      if (!quarantined && !name.equals("a.warc")) {
        // A cut between members or frames leaves a file that is as good as another.
        assertThat(intact).as("mutation %d", i).containsAll(new HashSet<>(records));
      }
    }
  }

  private static byte[] file(String name) throws IOException {
    byte[] content = {};
    for (int i = 0; i < NUM_RECORDS; i++) {
      byte[] line = bytes("{\"text\": \"a text of number " + i * 7919 + "\"}\n");
      String fields = "Content-Type: text/html; charset=utf-8\r\n";
      byte[] record = response(i, 200, fields, bytes("<p>A page of number " + i * 7919 + "</p>"));
      content =
          switch (name) {
            case "a.warc" -> join(content, record);
            case "a.warc.gz" -> join(content, gzip(record));
            case "a.jsonl.gz" -> join(content, gzip(line));
            case "a.jsonl.zst" -> join(content, zstd(line));
            default -> throw new IllegalArgumentException(name);
          };
    }
    return content;
  }

  /** Flips a bit, cuts out some bytes, cuts off the rest, or puts random bytes in. */
  private static byte[] mutate(byte[] whole, SplittableRandom random) {
    int at = random.nextInt(whole.length);
    byte[] before = Arrays.copyOf(whole, at);
    int length = 1 + random.nextInt(40);
    byte[] after = Arrays.copyOfRange(whole, at, whole.length);
    return switch (random.nextInt(4)) {
      case 0 -> {
        after[0] ^= (byte) (1 << random.nextInt(8));
        yield join(before, after);
      }
      case 1 ->
          join(before, Arrays.copyOfRange(after, Math.min(after.length, length), after.length));
      case 2 -> before;
      default -> {
        byte[] inserted = new byte[length];
        random.nextBytes(inserted);
        yield join(before, inserted, after);
      }
    };
  }
}

package dev.kindling.data.shard;

import static dev.kindling.data.CleanOutput.hadoopPath;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenSetTest {
  private final Configuration hadoop = new Configuration();

  @TempDir Path directory;

  @Test
  void theIndexHasMegatronsBytes() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TokenIndex.write(out, TokenType.U16, new int[] {3, 1}, new int[] {0, 1});
    assertThat(HexFormat.of().formatHex(out.toByteArray()))
        .isEqualTo(
            "4d4d494449445800000100000000000000" // MMIDIDX, version 1
                + "08" // uint16
                + "0200000000000000" // two sequences
                + "0300000000000000" // three entries of the document index
                + "0300000001000000" // lengths
                + "00000000000000000600000000000000" // pointers
                + "000000000000000001000000000000000200000000000000"); // document index
  }

  @Test
  void itReadsAnyWindowAcrossShards() throws IOException {
    for (int vocabSize : new int[] {65_499, 65_500}) {
      Path output = directory.resolve("vocabulary-" + vocabSize);
      int[] all = write(output, vocabSize, new int[][] {{5, 1, 7}, {1}, {400, 3}, {64, 64}});
      try (TokenSet tokens = TokenSet.open(hadoop, hadoopPath(output), "train")) {
        assertThat(tokens.numTokens()).isEqualTo(all.length);
        Random random = new Random(1);
        int[] window = new int[all.length + 2];
        for (int i = 0; i < 2_000; i++) {
          int start = random.nextInt(all.length + 1);
          int length = random.nextInt(all.length - start + 1);
          Arrays.fill(window, -1);
          tokens.read(start, window, 1, length);
          assertThat(Arrays.copyOfRange(window, 1, length + 1))
              .isEqualTo(Arrays.copyOfRange(all, start, start + length));
          assertThat(window[0]).isEqualTo(-1);
          assertThat(window[length + 1]).isEqualTo(-1);
        }
      }
    }
  }

  @Test
  void moreShardsThanOpenStreamsAreRead() throws IOException {
    int[][] lengths =
        IntStream.range(0, 300).mapToObj(i -> new int[] {1 + i % 3}).toArray(int[][]::new);
    int[] all = write(directory, 1_000, lengths);
    try (TokenSet tokens = TokenSet.open(hadoop, hadoopPath(directory), "train")) {
      int[] read = new int[all.length];
      for (int repeat = 0; repeat < 2; repeat++) {
        for (int i = 0; i < all.length; i++) {
          tokens.read(i, read, i, 1);
        }
        assertThat(read).isEqualTo(all);
      }
    }
  }

  @Test
  void readingOutsideIsAnError() throws IOException {
    write(directory, 1_000, new int[][] {{10}});
    try (TokenSet tokens = TokenSet.open(hadoop, hadoopPath(directory), "train")) {
      int[] window = new int[20];
      assertThatThrownBy(() -> tokens.read(5, window, 0, 6))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> tokens.read(-1, window, 0, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> tokens.read(0, window, 15, 6))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void everyChangedByteOfAnIndexIsFound() throws IOException {
    write(directory, 1_000, new int[][] {{3, 1, 4}});
    Path idx = directory.resolve("train-00000.idx");
    byte[] good = Files.readAllBytes(idx);
    long binBytes = Files.size(directory.resolve("train-00000.bin"));
    FileSystem raw = FileSystem.getLocal(hadoop).getRawFileSystem();
    for (int i = 0; i < good.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] bad = good.clone();
        bad[i] ^= (byte) (1 << bit);
        Files.write(idx, bad);
        assertThatThrownBy(() -> readStarts(raw, hadoopPath(idx), binBytes))
            .as("byte %d, bit %d", i, bit)
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("train-00000.idx");
      }
    }
  }

  @Test
  void aTruncatedIndexIsRefused() throws IOException {
    write(directory, 1_000, new int[][] {{3, 1, 4}});
    Path idx = directory.resolve("train-00000.idx");
    byte[] good = Files.readAllBytes(idx);
    for (int length = 0; length < good.length; length++) {
      Files.write(idx, Arrays.copyOf(good, length));
      assertThatThrownBy(() -> TokenSet.open(hadoop, hadoopPath(directory), "train"))
          .isInstanceOf(InvalidInputException.class);
    }
  }

  @Test
  void aShardThatIsTooShortOrMissingIsRefused() throws IOException {
    write(directory, 1_000, new int[][] {{3, 1, 4}, {2}});
    Path bin = directory.resolve("train-00001.bin");
    Files.write(bin, new byte[] {1, 2});
    assertThatThrownBy(() -> TokenSet.open(hadoop, hadoopPath(directory), "train"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("train-00001");
    Files.delete(bin);
    assertThatThrownBy(() -> TokenSet.open(hadoop, hadoopPath(directory), "train"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("train-00001");
  }

  @Test
  void anUnknownSplitIsRefused() throws IOException {
    write(directory, 1_000, new int[][] {{3}});
    assertThatThrownBy(() -> TokenSet.open(hadoop, hadoopPath(directory), "test"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'test'");
  }

  @Test
  void theIndexTellsTheDocuments() throws IOException {
    write(directory, 1_000, new int[][] {{3, 1, 4}});
    Path bin = directory.resolve("train-00000.bin");
    org.apache.hadoop.fs.Path idx = TokenShards.indexOf(hadoopPath(bin));
    TokenIndex.Starts starts = readStarts(idx.getFileSystem(hadoop), idx, Files.size(bin));
    assertThat(starts.sequences()).containsExactly(0, 3, 4, 8);
    assertThat(starts.documents()).containsExactly(0, 1, 2, 3);
  }

  @Test
  void everyTokenIsOfOneDocumentAndDocumentsFollowEachOther() throws IOException {
    int[][] shards = {{5, 0, 7}, {1}, {0, 400, 3, 0}, {64, 64}};
    int[] lengths = Arrays.stream(shards).flatMapToInt(Arrays::stream).toArray();
    write(directory, 1_000, shards);
    try (TokenSet tokens = TokenSet.open(hadoop, hadoopPath(directory), "train")) {
      TokenDocuments documents = tokens.documents();
      assertThat(documents.size()).isEqualTo(lengths.length);
      long start = 0;
      for (int number = 0; number < lengths.length; number++) {
        TokenDocuments.Span span = documents.get(number);
        assertThat(span).isEqualTo(new TokenDocuments.Span(number, start, start + lengths[number]));
        for (long position = start; position < span.end(); position++) {
          assertThat(documents.at(position)).isEqualTo(span);
        }
        start = span.end();
      }
      assertThatThrownBy(() -> documents.get(lengths.length))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> documents.at(tokens.numTokens()))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void sentencesOfAWindowAreFoundAcrossDocumentsAndShards() throws IOException {
    FileSystem fs = FileSystem.getLocal(hadoop);
    int[][][] shards = {{{3, 2}, {4}}, {{1, 1, 5}}};
    for (int shard = 0; shard < shards.length; shard++) {
      org.apache.hadoop.fs.Path bin =
          new org.apache.hadoop.fs.Path(hadoopPath(directory), TokenShards.binName("train", shard));
      try (TokenShardWriter writer = new TokenShardWriter(fs, Split.TRAIN, bin, TokenType.U16)) {
        for (int[] document : shards[shard]) {
          writer.add(new byte[2 * Arrays.stream(document).sum()], document);
        }
        writer.finish();
      }
    }
    Manifest.describe(
            hadoop,
            hadoopPath(directory),
            TokenSet.KIND,
            "f",
            Manifest.newDetails().put("vocabSize", 100).put("sentences", true))
        .commit(hadoop, hadoopPath(directory));
    try (TokenSet tokens = TokenSet.open(hadoop, hadoopPath(directory), "train")) {
      TokenDocuments documents = tokens.documents();
      assertThat(documents.size()).isEqualTo(3);
      assertThat(documents.at(8)).isEqualTo(new TokenDocuments.Span(1, 5, 9));
      assertThat(documents.at(15)).isEqualTo(new TokenDocuments.Span(2, 9, 16));
      assertThat(documents.sequenceEnds(0, 16)).containsExactly(3, 5, 9, 10, 11, 16);
      assertThat(documents.sequenceEnds(4, 11)).containsExactly(1, 5, 6, 7);
      assertThat(documents.sequenceEnds(9, 10)).containsExactly(1);
      assertThat(documents.sequenceEnds(6, 8)).isEmpty();
    }
  }

  private static TokenIndex.Starts readStarts(
      FileSystem fs, org.apache.hadoop.fs.Path idx, long binBytes) throws IOException {
    return TokenIndex.read(fs, idx, binBytes).readStarts(fs, idx);
  }

  /** Writes shards of documents of the given lengths and returns all their tokens. */
  private int[] write(Path output, int vocabSize, int[][] shards) throws IOException {
    Random random = new Random(vocabSize);
    int numTokens = Arrays.stream(shards).flatMapToInt(Arrays::stream).sum();
    int[] all = random.ints(numTokens, 0, vocabSize).toArray();
    TokenType type = TokenType.forVocabSize(vocabSize);
    FileSystem fs = FileSystem.getLocal(hadoop);
    int position = 0;
    for (int shard = 0; shard < shards.length; shard++) {
      org.apache.hadoop.fs.Path bin =
          new org.apache.hadoop.fs.Path(hadoopPath(output), TokenShards.binName("train", shard));
      try (TokenShardWriter writer = new TokenShardWriter(fs, Split.TRAIN, bin, type)) {
        for (int length : shards[shard]) {
          ByteBuffer bytes =
              ByteBuffer.allocate(length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
          type.put(bytes, Arrays.copyOfRange(all, position, position + length));
          writer.add(bytes.array(), new int[] {length});
          position += length;
        }
        WrittenShard written = writer.finish();
        assertThat(List.of(written.binBytes(), written.idxBytes()))
            .containsExactly(
                fs.getFileStatus(bin).getLen(),
                fs.getFileStatus(TokenShards.indexOf(bin)).getLen());
      }
    }
    ObjectNode details = Manifest.newDetails().put("vocabSize", vocabSize);
    Manifest.describe(hadoop, hadoopPath(output), TokenSet.KIND, "f", details)
        .commit(hadoop, hadoopPath(output));
    return all;
  }
}

package dev.kindling.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** WordPiece files and ids against Hugging Face's own library, which reads the same file. */
class WordPieceParityTest {
  @TempDir static Path directory;

  @BeforeAll
  static void keepTheNativeLibraryInTheBuildDirectory() {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("RUST_FLAVOR", "cpu");
    System.setProperty("DJL_CACHE_DIR", Path.of("target", "djl").toAbsolutePath().toString());
  }

  @Test
  void lowerCasedAndCasedGiveTheSameIdsAndTexts() throws IOException {
    for (boolean lowercase : new boolean[] {true, false}) {
      assertSame(WordPieceTest.learned(lowercase), texts());
    }
  }

  @Test
  void everyOptionOfTheNormalizerGivesTheSameIds() throws IOException {
    for (int bits = 0; bits < 16; bits += 3) {
      BertNormalizer normalizer =
          new BertNormalizer((bits & 1) > 0, (bits & 2) > 0, (bits & 4) > 0, (bits & 8) > 0);
      String[] pieces = "a b c A E e ##a ##b ##e ##\u0301 é . ' 磨 ##坊 ## 1 ##2".split(" ");
      assertSame(WordPieceTest.tokenizer(normalizer, pieces), randomTexts());
    }
  }

  @Test
  void everyCharacterOfTheFirstFourPlanesIsCutAndNormalizedAlike() throws IOException {
    for (boolean lowercase : new boolean[] {true, false}) {
      WordPieceTokenizer ours =
          WordPieceTest.tokenizer(BertNormalizer.bert(lowercase), "a", "##b", "b", "ab");
      try (HuggingFaceTokenizer rust = load(ours)) {
        for (int first = 0; first < 0x40000; first += 0x800) {
          StringBuilder text = new StringBuilder();
          for (int codePoint = first; codePoint < first + 0x800; codePoint++) {
            if (Character.getType(codePoint) != Character.SURROGATE) {
              text.append("a").appendCodePoint(codePoint).append("b ");
            }
          }
          assertThat(longs(ours.encode(text.toString())))
              .as("lowercase %s, from U+%04X", lowercase, first)
              .isEqualTo(ids(rust, text.toString()));
        }
      }
    }
  }

  @Test
  void theFileAddsTheSpecialTokensOfBert() throws IOException {
    WordPieceTokenizer ours = WordPieceTest.tokenizer(BertNormalizer.bert(true), "a", "b");
    try (HuggingFaceTokenizer rust = load(ours)) {
      assertThat(rust.encode("a", true, false).getIds()).containsExactly(2, 5, 3);
      assertThat(rust.encode("a", "b", true, false).getIds()).containsExactly(2, 5, 3, 6, 3);
      assertThat(rust.encode("a", "b", true, false).getTypeIds()).containsExactly(0, 0, 0, 1, 1);
    }
  }

  private static void assertSame(Tokenizer ours, List<String> texts) throws IOException {
    try (HuggingFaceTokenizer rust = load(ours)) {
      for (String text : texts) {
        int[] ids = ours.encode(text);
        long[] expected = ids(rust, text);
        assertThat(longs(ids)).as(text).isEqualTo(expected);
        assertThat(ours.decode(ids)).isEqualTo(rust.decode(expected, true));
      }
    }
  }

  private static long[] ids(HuggingFaceTokenizer rust, String text) {
    return rust.encode(text, false, false).getIds();
  }

  private static long[] longs(int[] ids) {
    return Arrays.stream(ids).asLongStream().toArray();
  }

  private static HuggingFaceTokenizer load(Tokenizer tokenizer) throws IOException {
    Path file = Files.createTempFile(directory, "tokenizer", ".json");
    Files.write(file, TokenizerFile.toJson(tokenizer));
    return HuggingFaceTokenizer.builder()
        .optTokenizerPath(file)
        .optTruncation(false)
        .optPadding(false)
        .build();
  }

  private static List<String> texts() {
    List<String> texts = new ArrayList<>(TestTexts.nasty());
    texts.add("abé ".repeat(200_000));
    texts.addAll(randomTexts());
    return texts;
  }

  private static List<String> randomTexts() {
    List<String> texts = new ArrayList<>();
    Random random = new Random(31);
    for (int i = 0; i < 150; i++) {
      texts.add(TestTexts.random(random, 80));
      texts.add(TestTexts.story(i, 60) + "I do not . ' n't 's");
    }
    return texts;
  }
}

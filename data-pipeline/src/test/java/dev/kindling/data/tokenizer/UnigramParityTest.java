package dev.kindling.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.kindling.data.tokenizer.unigram.MetaspaceText;
import dev.kindling.data.tokenizer.unigram.ScoredPiece;
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

/** Our Unigram files, ids and texts against Hugging Face's own library, which reads the file. */
class UnigramParityTest {
  @TempDir static Path directory;

  @BeforeAll
  static void keepTheNativeLibraryInTheBuildDirectory() {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("RUST_FLAVOR", "cpu");
    System.setProperty("DJL_CACHE_DIR", Path.of("target", "djl").toAbsolutePath().toString());
  }

  @Test
  void aLearnedVocabularyGivesTheSameIdsAndTexts() throws IOException {
    UnigramTokenizer ours = UnigramTexts.learnedTokenizer();
    try (HuggingFaceTokenizer rust = load(ours)) {
      for (String text : texts()) {
        assertSame(ours, rust, text);
      }
      long[] end = {ours.endOfTextId().getAsInt()};
      assertThat(rust.encode("</s>", false, false).getIds()).isEqualTo(end);
      assertThat(rust.encode("", true, false).getIds()).isEqualTo(end);
    }
  }

  @Test
  void aRandomVocabularyOfManyTiesGivesTheSameIds() throws IOException {
    Random random = new Random(13);
    for (int round = 0; round < 10; round++) {
      UnigramTokenizer ours = UnigramTokenizer.of(randomPieces(random), round % 2 == 0);
      try (HuggingFaceTokenizer rust = load(ours)) {
        for (int i = 0; i < 200; i++) {
          assertSame(ours, rust, fromAlphabet(random, 40));
        }
      }
    }
  }

  @Test
  void aLineOfAMegabyteGivesTheSameIds() throws IOException {
    UnigramTokenizer ours = UnigramTexts.learnedTokenizer();
    try (HuggingFaceTokenizer rust = load(ours)) {
      assertSame(ours, rust, "bread长".repeat(1 << 17));
      assertSame(ours, rust, "the miller, 河边 ".repeat(1 << 16));
    }
  }

  @Test
  void everyCodePointOfTheFirstFourPlanesIsNormalizedAlike() throws IOException {
    UnigramTokenizer ours = UnigramTokenizer.of(List.of(new ScoredPiece("a", -1)), false);
    List<String> wrong = new ArrayList<>();
    try (HuggingFaceTokenizer rust = load(ours)) {
      for (int first = 0; first < 0x40000; first += 0x400) {
        if (first < Character.MIN_SURROGATE || first > Character.MAX_SURROGATE) {
          collectOtherwiseNormalized(first, rust, wrong);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** Code points between marks of high and low combining classes, which show decomposition. */
  private static void collectOtherwiseNormalized(
      int first, HuggingFaceTokenizer rust, List<String> wrong) {
    if (normalized(rust, inContext(first, first + 0x400))) {
      return;
    }
    for (int codePoint = first; codePoint < first + 0x400; codePoint++) {
      if (!normalized(rust, inContext(codePoint, codePoint + 1))) {
        wrong.add(String.format("U+%04X", codePoint));
      }
    }
  }

  private static String inContext(int from, int to) {
    StringBuilder text = new StringBuilder();
    for (int codePoint = from; codePoint < to; codePoint++) {
      String character = Character.toString(codePoint);
      text.append("q\u0301").append(character).append("\u0323q\u0334").append(character);
      text.append(character).append("\u0307");
    }
    return text.toString();
  }

  /** Tokens for unknown characters carry them, so together they are the normalized text. */
  private static boolean normalized(HuggingFaceTokenizer rust, String text) {
    Encoding encoding = rust.encode(text, false, false);
    return String.join("", encoding.getTokens()).equals(MetaspaceText.of(text));
  }

  private static void assertSame(UnigramTokenizer ours, HuggingFaceTokenizer rust, String text) {
    int[] ids = ours.encode(text);
    long[] expected = rust.encode(text, false, false).getIds();
    assertThat(Arrays.stream(ids).asLongStream().toArray())
        .as(text.substring(0, Math.min(text.length(), 100)))
        .isEqualTo(expected);
    assertThat(ours.decode(ids)).isEqualTo(rust.decode(expected, true));
  }

  /** Scores of few different values. */
  private static List<ScoredPiece> randomPieces(Random random) {
    return random
        .ints(60)
        .mapToObj(i -> fromAlphabet(random, 5).replace(' ', MetaspaceText.SPACE))
        .filter(piece -> !piece.isEmpty())
        .distinct()
        .map(piece -> new ScoredPiece(piece, -1.25 * (1 + random.nextInt(6))))
        .toList();
  }

  private static String fromAlphabet(Random random, int maxLength) {
    String[] alphabet = {"a", "b", "c", "é", "磨", "😀", " ", "▁"};
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(maxLength + 1); i > 0; i--) {
      text.append(alphabet[random.nextInt(alphabet.length)]);
    }
    return text.toString();
  }

  private static List<String> texts() {
    List<String> texts = new ArrayList<>(TestTexts.nasty());
    texts.add("Z" + "\u0301\u0323\u0334".repeat(300) + " a");
    Random random = new Random(31);
    for (int i = 0; i < 500; i++) {
      texts.add(TestTexts.random(random, 80));
      texts.add(TestTexts.story(i, 60));
    }
    return texts;
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
}

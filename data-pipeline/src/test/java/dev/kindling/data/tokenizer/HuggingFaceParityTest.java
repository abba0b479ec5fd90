package dev.kindling.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.Encoding;
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

/** Our files and ids against Hugging Face's own library, which reads the same file. */
class HuggingFaceParityTest {
  @TempDir static Path directory;

  @BeforeAll
  static void keepTheNativeLibraryInTheBuildDirectory() {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("RUST_FLAVOR", "cpu");
    System.setProperty("DJL_CACHE_DIR", Path.of("target", "djl").toAbsolutePath().toString());
  }

  @Test
  void byteLevelBpeGivesTheSameIdsAndTexts() throws IOException {
    assertSame(TestTexts.learnedTokenizer(), texts());
  }

  @Test
  void theCharacterTokenizerGivesTheSameIdsAndTexts() throws IOException {
    List<String> texts = texts();
    int[] characters = String.join("", texts).codePoints().distinct().sorted().toArray();
    assertSame(CharacterTokenizer.of(characters, false, true), texts);
  }

  @Test
  void theCharacterTokenizerGivesTheSameIdsForUnknownCharacters() throws IOException {
    int[] characters = "abcdefgh 磨坊\n".codePoints().toArray();
    assertSame(CharacterTokenizer.of(characters, true, false), texts());
  }

  @Test
  void everyCodePointOfTheFirstFourPlanesIsOfTheSameClass() throws IOException {
    ByteLevelBpe bytes = BytePairLearner.learn(List.of(), 256, 1, false);
    try (HuggingFaceTokenizer rust = load(bytes)) {
      for (int first = 0; first < 0x40000; first += 0x800) {
        StringBuilder text = new StringBuilder();
        for (int codePoint = first; codePoint < first + 0x800; codePoint++) {
          if (Character.getType(codePoint) != Character.SURROGATE) {
            // Joined to the a it is a letter, to the 1 a number, to the dot another, or a space.
            text.append("a").appendCodePoint(codePoint).append("1 ");
            text.append(".").appendCodePoint(codePoint).append("\n");
          }
        }
        assertThat(wordEnds(text.toString()))
            .as("from U+%04X", first)
            .isEqualTo(wordEnds(rust.encode(text.toString(), false, false)));
      }
    }
  }

  private static void assertSame(Tokenizer ours, List<String> texts) throws IOException {
    try (HuggingFaceTokenizer rust = load(ours)) {
      for (String text : texts) {
        int[] ids = ours.encode(text);
        long[] expected = rust.encode(text, false, false).getIds();
        assertThat(Arrays.stream(ids).asLongStream().toArray()).as(text).isEqualTo(expected);
        assertThat(ours.decode(ids)).isEqualTo(rust.decode(expected, true));
      }
      long[] endOfText = ours.endOfTextId().stream().asLongStream().toArray();
      assertThat(rust.decode(endOfText, true)).isEmpty();
      assertThat(
              rust.encode(endOfText.length == 0 ? "" : Tokenizer.END_OF_TEXT, false, false)
                  .getIds())
          .isEqualTo(endOfText);
    }
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
    Random random = new Random(29);
    for (int i = 0; i < 300; i++) {
      texts.add(TestTexts.random(random, 80));
      texts.add(TestTexts.story(i, 60));
    }
    return texts;
  }

  /** Where words end, in bytes. */
  private static List<Integer> wordEnds(String text) {
    List<Integer> ends = new ArrayList<>();
    char[] characters = text.toCharArray();
    int numBytes = 0;
    int end;
    for (int start = 0; start < characters.length; start = end) {
      end = PreTokenizer.wordEnd(characters, start, characters.length);
      numBytes += Utf8.encode(characters, start, end).length;
      ends.add(numBytes);
    }
    return ends;
  }

  private static List<Integer> wordEnds(Encoding encoding) {
    List<Integer> ends = new ArrayList<>();
    long[] words = encoding.getWordIds();
    for (int i = 0; i < words.length; i++) {
      if (i + 1 == words.length || words[i + 1] != words[i]) {
        ends.add(i + 1);
      }
    }
    return ends;
  }
}

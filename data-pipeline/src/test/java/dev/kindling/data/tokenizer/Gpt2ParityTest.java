package dev.kindling.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * GPT-2's published vocabulary in our tokenizer, against jtokkit, which has its tokens by rank, and
 * against Hugging Face's own library.
 */
class Gpt2ParityTest {
  private static final int END_OF_TEXT_ID = 50_256;

  private static Encoding published;
  private static ByteLevelBpe ours;

  @TempDir Path directory;

  @BeforeAll
  static void buildTheTokenizerFromTheRanks() {
    published = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
    ours = tokenizer();
  }

  @Test
  void nastyTextsGiveTheSameIds() {
    TestTexts.nasty().forEach(Gpt2ParityTest::assertSame);
    assertSame("the miller, 河边 ".repeat(75_000));
  }

  @Test
  void generatedTextsGiveTheSameIds() throws IOException {
    Random random = new Random(37);
    for (int i = 0; i < 2_000; i++) {
      assertSame(TestTexts.story(i, 60));
      assertSame(ofOldCharacters(TestTexts.random(random, 80)));
    }
    TestTexts.embeddedCorpus(directory).forEach(Gpt2ParityTest::assertSame);
  }

  @Test
  void theTokenThatEndsADocumentIsGpt2s() {
    assertThat(ours.vocabSize()).isEqualTo(END_OF_TEXT_ID + 1);
    assertThat(ours.endOfTextId()).hasValue(END_OF_TEXT_ID);
    assertSame(Tokenizer.END_OF_TEXT);
  }

  @Test
  void theFileThatWeWriteOfItGivesTheSameIdsInHuggingFacesLibrary() throws IOException {
    try (HuggingFacePeer peer = HuggingFacePeer.of(ours)) {
      TestTexts.nasty().forEach(peer::assertSame);
      TestTexts.embeddedCorpus(directory).forEach(peer::assertSame);
    }
  }

  private static void assertSame(String text) {
    assertThat(ours.encode(text))
        .as(text.substring(0, Math.min(text.length(), 100)))
        .isEqualTo(published.encodeOrdinary(text).toArray());
  }

  /** Java's regular expressions, which jtokkit uses, know fewer characters than GPT-2's classes. */
  private static String ofOldCharacters(String text) {
    StringBuilder old = new StringBuilder();
    text.codePoints().filter(Character::isDefined).forEach(old::appendCodePoint);
    return old.toString();
  }

  /** Ids are ranks: the 256 bytes, then the results of the merges in their order. */
  private static ByteLevelBpe tokenizer() {
    byte[][] tokens = new byte[END_OF_TEXT_ID + 1][];
    Map<String, Integer> ranks = new HashMap<>();
    for (int id = 0; id < END_OF_TEXT_ID; id++) {
      IntArrayList one = new IntArrayList();
      one.add(id);
      tokens[id] = published.decodeBytes(one);
      ranks.put(latin(tokens[id]), id);
    }
    int numMerges = END_OF_TEXT_ID - ByteAlphabet.SIZE;
    int[] left = new int[numMerges];
    int[] right = new int[numMerges];
    int[] result = new int[numMerges];
    for (int merge = 0; merge < numMerges; merge++) {
      result[merge] = ByteAlphabet.SIZE + merge;
      List<String> parts = partsOfLowerRank(latin(tokens[result[merge]]), result[merge], ranks);
      assertThat(parts).as("what is merged to token %d", result[merge]).hasSize(2);
      left[merge] = ranks.get(parts.get(0));
      right[merge] = ranks.get(parts.get(1));
    }
    return new ByteLevelBpe(
        tokens, new Merges(left, right, result), Map.of(END_OF_TEXT_ID, Tokenizer.END_OF_TEXT));
  }

  /** What the merges of lower rank leave of a token: the two that its own merge joins. */
  private static List<String> partsOfLowerRank(String token, int rank, Map<String, Integer> ranks) {
    List<String> parts = new ArrayList<>(List.of(token.split("")));
    while (true) {
      int best = -1;
      int lowest = rank;
      for (int i = 0; i + 1 < parts.size(); i++) {
        int joined = ranks.getOrDefault(parts.get(i) + parts.get(i + 1), rank);
        if (joined < lowest) {
          lowest = joined;
          best = i;
        }
      }
      if (best < 0) {
        return parts;
      }
      parts.set(best, parts.get(best) + parts.remove(best + 1));
    }
  }

  private static String latin(byte[] token) {
    return new String(token, StandardCharsets.ISO_8859_1);
  }
}

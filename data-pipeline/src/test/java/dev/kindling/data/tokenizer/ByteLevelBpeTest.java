package dev.kindling.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ByteLevelBpeTest {
  private final ByteLevelBpe tokenizer = TestTexts.learnedTokenizer();

  @Test
  void decodingGivesBackRandomUnicode() {
    Random random = new Random(11);
    for (int i = 0; i < 5_000; i++) {
      String text = TestTexts.random(random, 60);
      assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }
  }

  @Test
  void decodingGivesBackNastyTexts() {
    for (String text : TestTexts.nasty()) {
      assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }
  }

  @Test
  void everyWordIsMergedAsThePlainAlgorithmMergesIt() {
    Random random = new Random(13);
    for (int i = 0; i < 2_000; i++) {
      String text = i % 2 == 0 ? TestTexts.random(random, 30) : TestTexts.story(i, 12);
      assertThat(tokenizer.encode(text)).as(text).isEqualTo(plainEncode(text));
    }
  }

  @Test
  void learnedWordsAreFewTokens() {
    assertThat(tokenizer.encode(" miller")).hasSize(1);
    assertThat(tokenizer.encode("磨坊主")).hasSizeLessThan(9);
  }

  @Test
  void theNameOfTheSpecialTokenInTextIsText() {
    String text = "one" + Tokenizer.END_OF_TEXT + "two";
    int[] ids = tokenizer.encode(text);
    assertThat(ids).doesNotContain(tokenizer.endOfTextId().orElseThrow());
    assertThat(tokenizer.decode(ids)).isEqualTo(text);
  }

  @Test
  void decodingLeavesTheSpecialTokenOut() {
    int endOfText = tokenizer.endOfTextId().orElseThrow();
    assertThat(endOfText).isEqualTo(tokenizer.vocabSize() - 1);
    assertThat(tokenizer.decode(new int[] {endOfText})).isEmpty();
  }

  @Test
  void anUnpairedSurrogateBecomesTheReplacementCharacter() {
    assertThat(tokenizer.decode(tokenizer.encode("a\ud800b"))).isEqualTo("a\ufffdb");
  }

  @Test
  void anUnknownIdIsAnError() {
    assertThatThrownBy(() -> tokenizer.decode(new int[] {tokenizer.vocabSize()}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("id " + tokenizer.vocabSize());
  }

  @Test
  void threadsMayShareIt() {
    List<String> texts = IntStream.range(0, 64).mapToObj(i -> TestTexts.story(i, 400)).toList();
    List<int[]> alone = texts.stream().map(this::plainEncode).toList();
    List<int[]> together = texts.parallelStream().map(tokenizer::encode).toList();
    for (int i = 0; i < texts.size(); i++) {
      assertThat(together.get(i)).isEqualTo(alone.get(i));
    }
  }

  /** The definition: join all pairs of the lowest rank from the left, until there is none. */
  private int[] plainEncode(String text) {
    List<Integer> all = new ArrayList<>();
    char[] characters = text.toCharArray();
    int end;
    for (int start = 0; start < characters.length; start = end) {
      end = PreTokenizer.wordEnd(characters, start, characters.length);
      all.addAll(plainMerge(new String(characters, start, end - start)));
    }
    return all.stream().mapToInt(Integer::intValue).toArray();
  }

  private List<Integer> plainMerge(String word) {
    byte[] alphabet = ByteAlphabet.inIdOrder();
    List<Integer> ids = new ArrayList<>();
    for (byte value : word.getBytes(StandardCharsets.UTF_8)) {
      ids.add(
          IntStream.range(0, 256).filter(id -> alphabet[id] == value).findFirst().orElseThrow());
    }
    Merges merges = tokenizer.merges();
    while (true) {
      int lowest = Integer.MAX_VALUE;
      for (int i = 0; i + 1 < ids.size(); i++) {
        int rank = merges.rank(ids.get(i), ids.get(i + 1));
        lowest = rank == Merges.NONE ? lowest : Math.min(lowest, rank);
      }
      if (lowest == Integer.MAX_VALUE) {
        return ids;
      }
      List<Integer> joined = new ArrayList<>();
      for (int i = 0; i < ids.size(); i++) {
        boolean join = i + 1 < ids.size() && merges.rank(ids.get(i), ids.get(i + 1)) == lowest;
        joined.add(join ? merges.result(lowest) : ids.get(i));
        i += join ? 1 : 0;
      }
      ids = joined;
    }
  }
}

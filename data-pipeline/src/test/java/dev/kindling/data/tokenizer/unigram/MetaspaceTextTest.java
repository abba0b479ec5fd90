package dev.kindling.data.tokenizer.unigram;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetaspaceTextTest {
  @Test
  void spacesAreVisibleAndRunsOfThemAreOne() {
    assertThat(MetaspaceText.of("")).isEmpty();
    assertThat(MetaspaceText.of(" ")).isEqualTo("▁");
    assertThat(MetaspaceText.of("a  b\n c ")).isEqualTo("▁a▁b\n▁c▁");
    assertThat(MetaspaceText.of("   a")).isEqualTo("▁a");
    assertThat(MetaspaceText.of("▁a ▁b")).isEqualTo("▁a▁▁b");
  }

  @Test
  void charactersAreComposedAndMadeCompatible() {
    assertThat(MetaspaceText.of("e\u0301ﬁ①ｶﾞ\u3000\u00a0x")).isEqualTo("▁éfi1ガ▁x");
  }

  @Test
  void anUnpairedSurrogateBecomesTheReplacementCharacter() {
    assertThat(MetaspaceText.of("a\ud800b\udc00😀")).isEqualTo("▁a\ufffdb\ufffd😀");
  }

  @Test
  void aCharacterNewerThanUnicode9StaysAndNothingCombinesWithIt() {
    assertThat(Nfkc.normalize("\u32ff")).isEqualTo("\u32ff");
    String reiwaBetweenMarks = "a\u0301\u32ffe\u0301";
    assertThat(Nfkc.normalize(reiwaBetweenMarks)).isEqualTo("á\u32ffé");
  }

  @Test
  void aMegabyteOfMarksIsOrderedInParts() {
    String marks = "\u0301\u0323".repeat(250_000);
    assertThat(MetaspaceText.of("q" + marks))
        .hasSize(2 + marks.length())
        .startsWith("▁q" + "\u0323".repeat(512) + "\u0301".repeat(512) + "\u0323");
    assertThat(MetaspaceText.of("e" + "\u0301".repeat(2_000)))
        .startsWith("▁é\u0301")
        .hasSize(2_001);
  }

  @Test
  void aWordRunsFromOneSpaceToTheNext() {
    assertThat(words("▁a▁▁bc▁")).containsExactly("▁a", "▁", "▁bc", "▁");
  }

  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    int end;
    for (int start = 0; start < text.length(); start = end) {
      end = MetaspaceText.wordEnd(text.toCharArray(), start, text.length());
      words.add(text.substring(start, end));
    }
    return words;
  }
}

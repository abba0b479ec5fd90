package dev.kindling.data.dedup.minhash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.words.WordForm;
import dev.kindling.data.words.WordHashes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShinglerTest {
  private final Shingler shingler = new Shingler(5);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "The Miller walked|the miller, WALKED!",
        "in 1842|in 7",
        "3.14 and 1,000,000|0 and 0",
        "Café crème|cafe CREME",
        "Cafe\u0301|Café",
        "don't stop|don’t stop",
        "don't|dont",
        "a1b22|a0b0",
        "ÅNGSTRÖM|angstrom",
        "co\u00ADoperate|cooperate",
        "磨坊主，慢慢地|磨 坊 主 慢 慢 地"
      })
  void wordsAreTheSameUpToTheirNormalForm(String one, String other) {
    assertThat(words(one)).isEqualTo(words(other)).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {"ab c|a bc", "a b|b a", "a-b|ab", "1 2|12", "it's|it' s", "a.b|ab", "1.a|1a"})
  void otherWordsDiffer(String one, String other) {
    assertThat(words(one)).isNotEqualTo(words(other));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "one|1",
        "one two three.|3",
        "'quoted' - words|2",
        "磨坊主|3",
        "かタ|2",
        "abc磨def|3",
        "ภาษา|4",
        "한국어 조합|2",
        "!?|0",
        "𠀀𠀁|2",
        "🙂 ok|1"
      })
  void wordsAreCounted(String text, int numWords) {
    assertThat(words(text)).hasSize(numWords);
  }

  @Test
  void aTextWithoutCharactersHasNoWords() {
    assertThat(words("")).isEmpty();
    assertThat(words("\uD800 \uDC00")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 13})
  void thereAreAsManyAsOfPlainStrings(int size) {
    Random random = new Random(size);
    Shingler sized = new Shingler(size);
    String[] pieces = {
      "The ", "the ", "mill, ", "Élan ", "don't ", "12 ", "3.5 ", "x-", "-- ", "ö"
    };
    for (int n = 0; n < 300; n++) {
      StringBuilder text = new StringBuilder("a ".repeat(size));
      for (int i = random.nextInt(60); i > 0; i--) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      assertThat(sized.shingles(text.toString()))
          .as(text.toString())
          .hasSize(PlainShingles.of(text.toString(), size).size())
          .isSorted()
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void aShingleIsTheSameWhereverItStands() {
    long[] alone = shingler.shingles("b c d e f");
    assertThat(alone).hasSize(1);
    assertThat(shingler.shingles("a b c d e f g")).hasSize(3).contains(alone);
    assertThat(shingler.shingles("x ".repeat(2_000) + "b c d e f")).hasSize(6).contains(alone);
  }

  @Test
  void orderMatters() {
    assertThat(shingler.shingles("a b c d e")).isNotEqualTo(shingler.shingles("b a c d e"));
  }

  @Test
  void aTextOfFewWordsIsOneShingleOfItsCharacters() {
    assertThat(shingler.shingles("only four words here"))
        .hasSize(1)
        .isEqualTo(shingler.shingles(" only four words here\n"))
        .isNotEqualTo(shingler.shingles("Only four words here"));
    assertThat(shingler.shingles("")).hasSize(1).isNotEqualTo(shingler.shingles("!"));
  }

  private static List<Long> words(String text) {
    List<Long> hashes = new ArrayList<>();
    WordHashes words = new WordHashes(text, WordForm.FOLDED);
    while (words.next()) {
      hashes.add(words.hash());
    }
    return hashes;
  }
}

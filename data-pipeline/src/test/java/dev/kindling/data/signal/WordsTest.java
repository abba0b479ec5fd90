package dev.kindling.data.signal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {
  private static List<String> words(String text, String language) {
    Words words = Words.of(text, language);
    return IntStream.range(0, words.size()).mapToObj(words::get).toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "The cat sat, then left.#The|cat|sat|,|then|left|.",
        "Well-known (and/or) new!#Well-known|(|and/or|)|new|!",
        "At 12:30 it cost 1,000.50 euros#At|12:30|it|cost|1,000.50|euros",
        "one,two: three#one|,|two|:|three",
        "Wait... what -- no!!#Wait|...|what|--|no|!|!",
        "see example.com or a_b#see|example.com|or|a_b",
        "don't we'll it's#do|n't|we|'ll|it|'s",
        "DON'T John’s#DO|N'T|John|’s",
        "'quoted' n't#'|quoted|'|n't",
        "naïve Ärger 😀😀#naïve|Ärger|😀|😀",
      })
  void englishWordsAndPunctuationAreApart(String text, String words) {
    assertThat(String.join("|", words(text, "en"))).isEqualTo(words.replace(" ", ""));
  }

  @Test
  void contractionsAreOfEnglishOnly() {
    assertThat(words("l'homme d'accord it's", "fr")).containsExactly("l'homme", "d'accord", "it's");
  }

  @Test
  void chineseIsSegmentedByDictionary() {
    List<String> words = words("我们今天去北京学习中文。", "zh");
    assertThat(words).containsExactly("我们", "今天", "去", "北京", "学习", "中文", "。");
  }

  @Test
  void japaneseIsSegmentedByDictionary() {
    List<String> words = words("私は日本語を勉強しています。", "ja");
    assertThat(words).contains("私", "は", "日本語", "を", "勉強", "。").hasSizeBetween(8, 10);
  }

  @Test
  void thaiIsSegmentedByDictionary() {
    assertThat(words("ฉันรักภาษาไทยมาก", "th")).containsExactly("ฉัน", "รัก", "ภาษา", "ไทย", "มาก");
  }

  @Test
  void koreanWordsAreBetweenSpaces() {
    assertThat(words("나는 학교에 갑니다.", "ko")).containsExactly("나는", "학교에", "갑니다", ".");
  }

  @Test
  void scriptsMeetWithinALine() {
    assertThat(words("他说OK然后走了3公里", "zh")).contains("OK", "3", "公里");
    assertThat(words("I like 北京 a lot", "en")).containsExactly("I", "like", "北京", "a", "lot");
  }

  @Test
  void nothingHasNoWords() {
    assertThat(words("", "en")).isEmpty();
    assertThat(words(" \n\t\u00a0\u3000", "und")).isEmpty();
  }

  @Test
  void allVisibleCharactersAreInExactlyOneWord() {
    String alphabet = "aB3 .,'-’:/_n't\n中文かなไทย한é\u0301😀#…";
    int[] characters = alphabet.codePoints().toArray();
    Random random = new Random(7);
    for (int round = 0; round < 300; round++) {
      String text =
          random
              .ints(random.nextInt(60), 0, characters.length)
              .mapToObj(i -> Character.toString(characters[i]))
              .collect(Collectors.joining());
      String visible = text.replaceAll("[ \n]", "");
      assertThat(String.join("", words(text, "en"))).as(text).isEqualTo(visible);
      assertThat(words(text, "en")).doesNotContain("");
    }
  }
}

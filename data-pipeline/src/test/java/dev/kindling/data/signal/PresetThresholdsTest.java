package dev.kindling.data.signal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Documents at, just under and just over the threshold of each published rule. */
class PresetThresholdsTest {
  private static boolean fails(String preset, String rule, String text) {
    String language = preset.equals("chinese") ? "zh" : "en";
    return failing(FilterPlan.preset(preset), text, language).contains(rule);
  }

  private static List<String> failing(FilterPlan plan, String text, String language) {
    SignalValues values = TextSignals.compute(text, language);
    return plan.rules().stream().filter(rule -> rule.fails(values)).map(FilterRule::name).toList();
  }

  private static boolean failsRepetition(String rule, String text) {
    return fails("gopher-repetition", rule, text);
  }

  private static boolean failsQuality(String rule, String text) {
    return fails("gopher-quality", rule, text);
  }

  private static boolean failsFineWeb(String rule, String text) {
    return fails("fineweb-quality", rule, text);
  }

  /** As many elements as asked for, of which some repeat the first. */
  private static List<String> withDuplicates(int numElements, int numDuplicates) {
    List<String> elements = new ArrayList<>();
    for (int i = 0; i < numElements; i++) {
      elements.add("element " + (i <= numDuplicates ? 0 : i));
    }
    return elements;
  }

  private static String repeat(String element, int times, String separator) {
    return IntStream.range(0, times).mapToObj(i -> element).collect(Collectors.joining(separator));
  }

  private static String padded(String text, int length) {
    return text + "z".repeat(length - text.length());
  }

  @Test
  void threeOfTenParagraphsMayRepeat() {
    assertThat(failsRepetition("dup_para_frac", String.join("\n\n", withDuplicates(10, 2))))
        .isFalse();
    assertThat(failsRepetition("dup_para_frac", String.join("\n\n", withDuplicates(10, 3))))
        .isFalse();
    assertThat(failsRepetition("dup_para_frac", String.join("\n\n", withDuplicates(10, 4))))
        .isTrue();
  }

  @Test
  void threeOfTenLinesMayRepeat() {
    assertThat(failsRepetition("dup_line_frac", String.join("\n", withDuplicates(10, 2))))
        .isFalse();
    assertThat(failsRepetition("dup_line_frac", String.join("\n", withDuplicates(10, 3))))
        .isFalse();
    assertThat(failsRepetition("dup_line_frac", String.join("\n", withDuplicates(10, 4)))).isTrue();
  }

  /** 20 repeated characters of 101, 100 and 99. */
  @ParameterizedTest
  @CsvSource({"101, false", "100, false", "99, true"})
  void repeatedParagraphsAndLinesMayMakeUpAFifthOfTheCharacters(int length, boolean fails) {
    String twenty = "a".repeat(20);
    String paragraphs = padded(twenty + "\n\n" + twenty + "\n\n", length);
    assertThat(failsRepetition("dup_para_char_frac", paragraphs)).isEqualTo(fails);
    String lines = padded(twenty + "\n" + twenty + "\n", length);
    assertThat(failsRepetition("dup_line_char_frac", lines)).isEqualTo(fails);
  }

  /** "ab cd" × 4, "abc de fg" × 2 and "a b c de" × 2 are 20, 18 and 16 characters. */
  @ParameterizedTest
  @CsvSource({
    "top_2_gram, ab cd, 4",
    "top_3_gram, abc de fg, 2",
    "top_4_gram, a b c de, 2",
  })
  void theMostFrequentWordsMayMakeUpTheirShare(String rule, String gram, int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(gram).append(" x").append(i).append(' ');
    }
    assertThat(failsRepetition(rule, padded(text.toString(), 101))).isFalse();
    assertThat(failsRepetition(rule, padded(text.toString(), 100))).isFalse();
    assertThat(failsRepetition(rule, padded(text.toString(), 99))).isTrue();
  }

  /** n words of together 20 - n characters, repeated once: 0.15 of 100 for n = 5, 0.10 for 10. */
  @ParameterizedTest
  @CsvSource({"5", "6", "7", "8", "9", "10"})
  void repeatedSequencesMayMakeUpTheirShare(int n) {
    int characters = 20 - n;
    List<String> words = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      int length = characters / n + (i < characters % n ? 1 : 0);
      words.add(Character.toString('a' + i).repeat(length));
    }
    String gram = String.join(" ", words);
    String text = gram + " x " + gram + " y ";
    String rule = "duplicated_" + n + "_n_grams";
    assertThat(failsRepetition(rule, padded(text, 101))).isFalse();
    assertThat(failsRepetition(rule, padded(text, 100))).isFalse();
    assertThat(failsRepetition(rule, padded(text, 99))).isTrue();
  }

  @Test
  void fiftyToAHundredThousandWordsAreADocument() {
    assertThat(failsQuality("gopher_short_doc", repeat("word", 49, " ") + " . , !")).isTrue();
    assertThat(failsQuality("gopher_short_doc", repeat("word", 50, " "))).isFalse();
    assertThat(failsQuality("gopher_short_doc", repeat("word", 51, " "))).isFalse();
    assertThat(failsQuality("gopher_long_doc", repeat("ab", 99_999, " "))).isFalse();
    assertThat(failsQuality("gopher_long_doc", repeat("ab", 100_000, " ") + " .")).isFalse();
    assertThat(failsQuality("gopher_long_doc", repeat("ab", 100_001, " "))).isTrue();
  }

  @Test
  void wordsHaveThreeToTenCharactersInTheMean() {
    assertThat(failsQuality("gopher_below_avg_threshold", "abc abc ab")).isTrue();
    assertThat(failsQuality("gopher_below_avg_threshold", "abc abc abc . !")).isFalse();
    assertThat(failsQuality("gopher_below_avg_threshold", "abc abc abcd")).isFalse();
    String ten = "abcdefghij ";
    assertThat(failsQuality("gopher_above_avg_threshold", ten + "abcdefghi")).isFalse();
    assertThat(failsQuality("gopher_above_avg_threshold", ten + ten)).isFalse();
    assertThat(failsQuality("gopher_above_avg_threshold", ten + "abcdefghijk")).isTrue();
  }

  @Test
  void hashesAndEllipsesMayBeATenthOfTheWords() {
    for (String symbol : List.of("#", "...", "…")) {
      String rule = symbol.equals("#") ? "gopher_too_many_hashes" : "gopher_too_many_ellipsis";
      assertThat(failsQuality(rule, repeat("word", 10, " ") + " " + symbol)).isFalse();
      assertThat(failsQuality(rule, repeat("word", 9, " ") + " " + symbol)).isFalse();
      assertThat(failsQuality(rule, repeat("word", 8, " ") + " " + symbol)).isTrue();
    }
  }

  @Test
  void nineOfTenLinesMayBeBulletsAndThreeMayEndInEllipses() {
    String bullets = "gopher_too_many_bullets";
    assertThat(failsQuality(bullets, "- a\n".repeat(8) + "b\nc")).isFalse();
    assertThat(failsQuality(bullets, "- a\n".repeat(9) + "b")).isFalse();
    assertThat(failsQuality(bullets, "- a\n".repeat(19) + "b")).isTrue();
    String ellipses = "gopher_too_many_end_ellipsis";
    assertThat(failsQuality(ellipses, "a...\n".repeat(2) + "b\n".repeat(8))).isFalse();
    assertThat(failsQuality(ellipses, "a...\n".repeat(3) + "b\n".repeat(7))).isFalse();
    assertThat(failsQuality(ellipses, "a…\n".repeat(4) + "b\n".repeat(6))).isTrue();
  }

  @Test
  void eightOfTenWordsHaveALetterAndTwoAreStopWords() {
    String alphabetic = "gopher_below_alpha_threshold";
    assertThat(failsQuality(alphabetic, repeat("a1", 7, " ") + " 1 2 3")).isTrue();
    assertThat(failsQuality(alphabetic, repeat("a1", 8, " ") + " 1 2")).isFalse();
    assertThat(failsQuality(alphabetic, repeat("a1", 9, " ") + " 1")).isFalse();
    String stopWords = "gopher_enough_stop_words";
    assertThat(failsQuality(stopWords, "the cat the dog The end")).isTrue();
    assertThat(failsQuality(stopWords, "the cat and dog")).isFalse();
    assertThat(failsQuality(stopWords, "the cat and dog with a hat")).isFalse();
  }

  @Test
  void c4AsksForFiveSentencesAndNoBraceOrLoremIpsum() {
    String sentence = "This is a sentence.\n";
    assertThat(fails("c4", "too_few_sentences", sentence.repeat(4))).isTrue();
    assertThat(fails("c4", "too_few_sentences", sentence.repeat(5))).isFalse();
    assertThat(fails("c4", "too_few_sentences", sentence.repeat(6))).isFalse();
    assertThat(fails("c4", "lorem_ipsum", sentence)).isFalse();
    assertThat(fails("c4", "lorem_ipsum", "This is lorem ipsum.")).isTrue();
    assertThat(fails("c4", "curly_bracket", sentence)).isFalse();
    assertThat(fails("c4", "curly_bracket", "This is a { brace.")).isTrue();
  }

  @Test
  void fineWebLooksAtTheEndsOfLines() {
    assertThat(failsFineWeb("empty", " \n\t\n")).isTrue();
    assertThat(failsFineWeb("empty", " \na\n")).isFalse();
    String rule = "line_punct_ratio";
    assertThat(failsFineWeb(rule, "a.\n".repeat(2) + "b\n".repeat(23))).isTrue();
    assertThat(failsFineWeb(rule, "a.\n".repeat(3) + "b\n".repeat(22))).isFalse();
    assertThat(failsFineWeb(rule, "a.\n".repeat(4) + "b\n".repeat(21))).isFalse();
  }

  @Test
  void fineWebLetsTwoThirdsOfTheLinesBeShort() {
    String rule = "short_line_ratio";
    String shortLine = "a".repeat(30) + "\n";
    String longLine = "a".repeat(31) + "\n";
    assertThat(failsFineWeb(rule, shortLine.repeat(66) + longLine.repeat(34))).isFalse();
    assertThat(failsFineWeb(rule, shortLine.repeat(67) + longLine.repeat(33))).isFalse();
    assertThat(failsFineWeb(rule, shortLine.repeat(68) + longLine.repeat(32))).isTrue();
  }

  @Test
  void fineWebLetsAHundredthOfTheCharactersBeDuplicateLines() {
    String rule = "char_dup_ratio";
    assertThat(failsFineWeb(rule, "a\na\n" + "b".repeat(99))).isFalse();
    assertThat(failsFineWeb(rule, "a\na\n" + "b".repeat(98))).isFalse();
    assertThat(failsFineWeb(rule, "a\na\n" + "b".repeat(97))).isTrue();
  }

  @Test
  void fineWebLetsThereBeThreeLineFeedsForTenWords() {
    String words = repeat("word", 10, " ");
    assertThat(failsFineWeb("list_ratio", words + "\n\n")).isFalse();
    assertThat(failsFineWeb("list_ratio", words + "\n\n\n")).isFalse();
    assertThat(failsFineWeb("list_ratio", words + "\n\n\n\n")).isTrue();
  }

  /** Different Han characters. */
  private static String han(int from, int count) {
    return IntStream.range(from, from + count)
        .mapToObj(i -> Character.toString(0x4e00 + i))
        .collect(Collectors.joining());
  }

  @Test
  void chineseDocumentsHave80To160000Characters() {
    assertThat(fails("chinese", "chinese_short_doc", han(0, 79))).isTrue();
    assertThat(fails("chinese", "chinese_short_doc", han(0, 80))).isFalse();
    assertThat(fails("chinese", "chinese_short_doc", han(0, 81))).isFalse();
    String long16 = "我们今天去图书馆学习中文知识。\n".repeat(10_000);
    assertThat(fails("chinese", "chinese_long_doc", long16)).isFalse();
    assertThat(fails("chinese", "chinese_long_doc", long16 + "。")).isTrue();
  }

  @Test
  void halfOfTheCharactersAreHanAndWordsAreShort() {
    assertThat(fails("chinese", "chinese_han_fraction", "中 文 a b c")).isTrue();
    assertThat(fails("chinese", "chinese_han_fraction", "中 文 a b")).isFalse();
    assertThat(fails("chinese", "chinese_han_fraction", "中 文 a")).isFalse();
    assertThat(fails("chinese", "chinese_long_words", "我们 abcdef")).isFalse();
    assertThat(fails("chinese", "chinese_long_words", "我们 abcdefg")).isTrue();
  }

  /** 7 sequences of 10 characters stand twice: 70 of 501, 500 and 499. */
  @ParameterizedTest
  @CsvSource({"501, false", "500, false", "499, true"})
  void repeatedChineseCharactersMayMakeUp14Percent(int length, boolean fails) {
    String text = han(0, 70) + han(100, length - 140) + han(0, 70);
    assertThat(fails("chinese", "chinese_dup_10_characters", text)).isEqualTo(fails);
  }

  @Test
  void chineseLinesEndInChinesePunctuation() {
    String rule = "chinese_line_punct";
    assertThat(fails("chinese", rule, "好。\n".repeat(2) + "好.\n".repeat(23))).isTrue();
    assertThat(fails("chinese", rule, "好。\n".repeat(3) + "好.\n".repeat(22))).isFalse();
    String shortLines = "chinese_short_lines";
    String ten = han(0, 10) + "\n";
    String eleven = han(0, 11) + "\n";
    assertThat(fails("chinese", shortLines, ten.repeat(67) + eleven.repeat(33))).isFalse();
    assertThat(fails("chinese", shortLines, ten.repeat(68) + eleven.repeat(32))).isTrue();
  }

  @Test
  void chineseProsePassesAndAMenuDoesNot() {
    String prose =
        """
        从前有一个小村子，村子里住着一位老人和他的孙女。老人每天早上都到山上去砍柴，孙女就在家里做饭、打扫院子。
        有一天，老人在山上看见一只受伤的小鸟，就把它带回了家。孙女给小鸟喂水喂米，细心地照顾它，没过多久它就好了。
        春天来的时候，小鸟飞走了，可是第二年它又带着许多朋友回到村子里来唱歌，大家都很高兴。
        """;
    FilterPlan chinese = FilterPlan.preset("chinese");
    assertThat(failing(chinese, prose, "zh")).isEmpty();
    String menu = "首页\n新闻\n体育\n财经\n娱乐\n首页\n新闻\n体育\n".repeat(5);
    assertThat(failing(chinese, menu, "zh"))
        .contains("chinese_dup_line_frac", "chinese_line_punct", "chinese_short_lines");
  }
}

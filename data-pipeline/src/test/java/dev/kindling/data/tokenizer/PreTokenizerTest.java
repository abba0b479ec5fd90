package dev.kindling.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PreTokenizerTest {
  private static final Pattern GPT2 =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);

  @Test
  void itCutsAsTheRegularExpressionDoes() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      String text = onlyOldCharacters(TestTexts.random(random, 24));
      assertThat(words(text)).as(text).isEqualTo(wordsByRegularExpression(text));
    }
  }

  @Test
  void itCutsNastyTextsAsTheRegularExpressionDoes() {
    for (String text : TestTexts.nasty()) {
      assertThat(words(text)).isEqualTo(wordsByRegularExpression(text));
    }
  }

  @Test
  void anUnpairedSurrogateIsAnOtherCharacter() {
    assertThat(words("a\ud83d b\ude00")).containsExactly("a", "\ud83d", " b", "\ude00");
  }

  /** The expression knows the Unicode of the JDK, the scanner a newer one. */
  private static String onlyOldCharacters(String text) {
    StringBuilder old = new StringBuilder();
    text.codePoints()
        .filter(codePoint -> Character.getType(codePoint) != Character.UNASSIGNED)
        .forEach(old::appendCodePoint);
    return old.toString();
  }

  private static List<String> wordsByRegularExpression(String text) {
    List<String> words = new ArrayList<>();
    Matcher matcher = GPT2.matcher(text);
    while (matcher.find()) {
      words.add(matcher.group());
    }
    return words;
  }

  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    char[] characters = text.toCharArray();
    int end;
    for (int start = 0; start < characters.length; start = end) {
      end = PreTokenizer.wordEnd(characters, start, characters.length);
      words.add(new String(characters, start, end - start));
    }
    return words;
  }
}

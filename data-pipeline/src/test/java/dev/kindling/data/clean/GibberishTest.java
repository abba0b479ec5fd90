package dev.kindling.data.clean;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GibberishTest {
  private static Optional<String> test(String language, String text) {
    return Gibberish.in(text, language);
  }

  private static String words(int common, int unknown) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < common; i++) {
      words.add("the");
    }
    for (int i = 0; i < unknown; i++) {
      words.add("qzx" + (char) ('a' + i % 26) + (char) ('a' + i * 7 % 26) + "vw");
    }
    return String.join(" ", words);
  }

  @Test
  void proseIsKept() {
    assertThat(
            test(
                "en",
                "Alice was beginning to get very tired of sitting by her sister on the bank, and of"
                    + " having nothing to do: once or twice she had peeped into the book."))
        .isEmpty();
    assertThat(test("zh", "从前有一个小村子，村子里的人都很喜欢听故事。每天晚上，他们坐在大树下面，听老人说过去的事情。孩子们也来了，他们想知道后来怎么样。"))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Am Anfang war das Haus leer, und der alte Mann saß allein am Fenster, weil er nicht mehr auf"
            + " die Straße gehen wollte, bis die Kinder mit dem Hund kamen.",
        "La vieille dame marchait dans la rue avec son chien, et les enfants qui jouaient sur la place"
            + " lui disaient bonjour chaque matin en riant.",
        "El niño caminaba por la calle con su perro y no sabía que la abuela lo esperaba en la puerta"
            + " de la casa con una taza de chocolate.",
        "Stary człowiek siedział w ogrodzie i nie wiedział, że dzieci bawią się na łące za domem, bo"
            + " jest już wieczór i robi się zimno.",
        "Anak itu berjalan di pasar dengan ibunya dan tidak tahu bahwa kakek yang tua menunggu di"
            + " rumah untuk makan malam bersama mereka."
      })
  void proseInOtherLanguagesOfLatinScriptIsKeptThoughItIsTakenForEnglish(String prose) {
    assertThat(test("en", prose)).isEmpty();
  }

  @Test
  void underAtAndOverTheShareOfCommonWords() {
    assertThat(test("en", words(3, 97)))
        .contains("3 of 100 words are frequent in any language of this script");
    assertThat(test("en", words(4, 96))).isEmpty();
    assertThat(test("en", words(5, 95))).isEmpty();
  }

  @Test
  void tooFewWordsAreNotJudged() {
    assertThat(test("en", words(0, 19))).isEmpty();
    assertThat(test("en", words(0, 20))).isPresent();
  }

  @Test
  void underAtAndOverTheShareOfFrequentHanCharacters() {
    StringBuilder rare = new StringBuilder();
    for (int i = 0; i < 93; i++) {
      rare.appendCodePoint(0x9C00 + i);
    }
    assertThat(test("zh", rare + "的是不了在人有")).isPresent();
    assertThat(test("zh", rare.substring(1) + "的是不了在人有我")).isEmpty();
    assertThat(test("zh", rare.substring(2) + "的是不了在人有我他")).isEmpty();
    assertThat(test("zh", rare.substring(0, 39))).isEmpty();
  }

  @Test
  void underAtAndOverHalfOfLetters() {
    String fifty = "abcdefghijklmnopqrstuvwxyabcdefghijklmnopqrstuvwxy";
    String number = "31415926535897932384626433832795028841971693993751";
    assertThat(test("und", fifty + number)).isEmpty();
    assertThat(test("und", fifty + number + "0")).contains("50 of 101 characters are letters");
    assertThat(test("und", fifty + number.substring(1))).isEmpty();
  }

  @Test
  void repetitionOfFewCharactersIsRejected() {
    assertThat(test("und", "ab".repeat(50))).contains("1.0 bits of entropy per character");
    assertThat(test("und", "abcd".repeat(50))).isEmpty();
  }

  @Test
  void aShortTextIsNotJudged() {
    assertThat(test("en", "1".repeat(39))).isEmpty();
    assertThat(test("en", "1".repeat(40))).isPresent();
  }
}

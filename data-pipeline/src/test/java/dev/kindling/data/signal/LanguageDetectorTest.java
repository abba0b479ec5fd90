package dev.kindling.data.signal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.signal.LanguageDetector.Detection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LanguageDetectorTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "en | Once upon a time there was an old man who lived with his granddaughter in a small "
            + "village near the mountains, and every morning he went out to gather wood.",
        "de | Es war einmal ein alter Mann, der mit seiner Enkelin in einem kleinen Dorf am Fuß der "
            + "Berge lebte, und jeden Morgen ging er hinaus, um Holz zu sammeln.",
        "fr | Il était une fois un vieil homme qui vivait avec sa petite-fille dans un petit village "
            + "près des montagnes, et chaque matin il sortait ramasser du bois.",
        "es | Érase una vez un anciano que vivía con su nieta en un pequeño pueblo cerca de las "
            + "montañas, y cada mañana salía a recoger leña para el fuego.",
        "it | C'era una volta un vecchio che viveva con la nipote in un piccolo villaggio vicino "
            + "alle montagne, e ogni mattina usciva a raccogliere la legna.",
        "nl | Er was eens een oude man die met zijn kleindochter in een klein dorp bij de bergen "
            + "woonde, en elke ochtend ging hij naar buiten om hout te verzamelen.",
        "pl | Dawno temu był sobie stary człowiek, który mieszkał z wnuczką w małej wiosce w pobliżu "
            + "gór, i każdego ranka wychodził zbierać drewno.",
        "ru | Жил-был старик, который жил со своей внучкой в маленькой деревне у гор, и каждое утро "
            + "он выходил собирать дрова для печки.",
        "tr | Bir zamanlar dağların yakınındaki küçük bir köyde torunuyla birlikte yaşayan yaşlı bir "
            + "adam varmış ve her sabah odun toplamaya çıkarmış.",
        "ar | كان يا ما كان رجل عجوز يعيش مع حفيدته في قرية صغيرة بالقرب من الجبال وكان يخرج كل صباح "
            + "ليجمع الحطب",
        "zh | 从前有一个小村子，村子里住着一位老人和他的孙女。老人每天早上都到山上去砍柴，孙女就在家里做饭。",
        "ja | 昔々、山の近くの小さな村に、おじいさんが孫娘と一緒に住んでいました。おじいさんは毎朝、薪を集めに出かけました。",
        "ko | 옛날 옛적에 산 가까이에 있는 작은 마을에 할아버지가 손녀와 함께 살고 있었습니다. 할아버지는 매일 아침 나무를 하러 나갔습니다.",
        "th | กาลครั้งหนึ่งนานมาแล้ว มีชายชราคนหนึ่งอาศัยอยู่กับหลานสาวในหมู่บ้านเล็ก ๆ ใกล้ภูเขา",
        "hi | एक समय की बात है, पहाड़ों के पास एक छोटे से गाँव में एक बूढ़ा आदमी अपनी पोती के साथ रहता था।",
      })
  void paragraphsAreOfTheirLanguage(String language, String text) {
    Detection detection = LanguageDetector.detect(text);
    assertThat(detection.language()).isEqualTo(language);
    assertThat(detection.score()).isBetween(0.55, 1.0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "12345 67890 !!! ??? 12345 67890", "Nineteen letters on", "😀😀😀😀"})
  void textsOfFewLettersAreUnknown(String text) {
    assertThat(LanguageDetector.detect(text.substring(0, Math.min(19, text.length()))))
        .isEqualTo(new Detection("und", 0));
  }

  @Test
  void twentyLettersAreEnough() {
    assertThat(LanguageDetector.detect("a".repeat(19)).language()).isEqualTo("und");
    assertThat(LanguageDetector.detect("a".repeat(20)).language()).isNotEqualTo("und");
    assertThat(LanguageDetector.detect("今天天气很好我们去").language()).isEqualTo("und");
    assertThat(LanguageDetector.detect("今天天气很好我们去玩").language()).isEqualTo("zh");
    assertThat(LanguageDetector.detect("What shall we do now then").language()).isNotEqualTo("und");
  }

  @Test
  void plainCasesScoreHigherThanMixedOnes() {
    String english = "Once upon a time there was an old man who lived in a small village. ";
    String german = "Es war einmal ein alter Mann, der in einem kleinen Dorf am Berg lebte. ";
    double plain = LanguageDetector.detect(english).score();
    assertThat(LanguageDetector.detect(english + german).score()).isLessThan(plain);
  }

  @Test
  void onlyTheBeginningOfALongTextCounts() {
    String english = "The old man went out to gather wood every morning. ".repeat(40);
    String german = "Der alte Mann ging jeden Morgen hinaus, um Holz zu sammeln. ".repeat(4000);
    assertThat(LanguageDetector.detect(english + german).language()).isEqualTo("en");
    assertThat(LanguageDetector.detect("😀a".repeat(20_000) + "\ud83d")).isNotNull();
  }
}

package dev.kindling.data.clean;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.Document;
import dev.kindling.data.clean.FilterDecision.Keep;
import dev.kindling.data.clean.FilterDecision.Reject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LanguageTest {
  @ParameterizedTest
  @CsvSource({
    "en, The quick brown fox",
    "zh, 从前有一个小村子",
    "ja, 昔々あるところにおじいさんがいました",
    "ja, コンピュータ入門",
    "ko, 옛날 옛적에",
    "ru, Жили-были старик со старухой",
    "el, Μια φορά κι έναν καιρό",
    "ar, كان يا ما كان",
    "en, The word 中国 is Chinese",
    "zh, 他说 OK 然后走了回家",
    "und, 12345 !!! 67890",
    "und, ᚠᚢᚦᚨᚱᚲ",
  })
  void theScriptOfMostLettersDecides(String language, String text) {
    assertThat(ScriptLanguage.languageOf(text)).isEqualTo(language);
  }

  @Test
  void nothingIsOfNoLanguage() {
    assertThat(ScriptLanguage.languageOf("")).isEqualTo("und");
  }

  @Test
  void aLanguageThatTheSourceGivesIsBelieved() {
    Document german = new Document("id", "Es war einmal", "source", "de");
    assertThat(new ScriptLanguage().apply(german)).isEqualTo(german);
  }

  @Test
  void onlyTheLanguagesAskedForAreKept() {
    LanguageFilter filter = new LanguageFilter(List.of("en", "zh"));
    assertThat(filter.test(new Document("id", "text", "source", "zh"))).isInstanceOf(Keep.class);
    assertThat(filter.test(new Document("id", "text", "source", "ru")))
        .isEqualTo(new Reject("wrong-language", "ru, where [en, zh] are asked for"));
  }

  @Test
  void whereNoLanguageIsAskedForAllAreKept() {
    LanguageFilter filter = new LanguageFilter(List.of());
    assertThat(filter.test(new Document("id", "text", "source", "und"))).isInstanceOf(Keep.class);
  }
}

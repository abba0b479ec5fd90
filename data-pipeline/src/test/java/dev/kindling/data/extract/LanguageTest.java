package dev.kindling.data.extract;

import static org.assertj.core.api.Assertions.assertThat;

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
    assertThat(ScriptLanguage.detect(text).language()).isEqualTo(language);
  }

  @Test
  void nothingIsOfNoLanguage() {
    assertThat(ScriptLanguage.detect("").language()).isEqualTo("und");
  }

  @Test
  void theScoreIsTheShareOfTheScript() {
    assertThat(ScriptLanguage.detect("abc где").score()).isEqualTo(0.5);
    assertThat(ScriptLanguage.detect("plain English").score()).isEqualTo(1);
    assertThat(ScriptLanguage.detect("12345").score()).isZero();
  }

  @Test
  void aLanguageThatTheRecordBringsIsBelieved() {
    TextExtractor extractor =
        new TextExtractor(new ExtractConfig(false, ExtractConfig.BY_MODEL, "all", false));
    TextExtractor.Extracted german = extractor.extract("Once upon a time", "de", false);
    assertThat(german.language()).isEqualTo("de");
    assertThat(german.languageScore()).isEqualTo(1);
  }
}

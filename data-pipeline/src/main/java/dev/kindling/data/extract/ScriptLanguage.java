package dev.kindling.data.extract;

import dev.kindling.data.signal.LanguageDetector;
import dev.kindling.data.signal.LanguageDetector.Detection;
import java.lang.Character.UnicodeScript;
import java.util.EnumMap;
import java.util.Map;

/**
 * Guesses the language from the script that most letters are of: Latin is taken for English, Han
 * for Chinese. Text with kana is Japanese even where Han prevails.
 */
final class ScriptLanguage {
  private static final double KANA_OF_JAPANESE = 0.05;

  private static final Map<UnicodeScript, String> LANGUAGES =
      Map.ofEntries(
          Map.entry(UnicodeScript.LATIN, "en"),
          Map.entry(UnicodeScript.HAN, "zh"),
          Map.entry(UnicodeScript.HIRAGANA, "ja"),
          Map.entry(UnicodeScript.HANGUL, "ko"),
          Map.entry(UnicodeScript.CYRILLIC, "ru"),
          Map.entry(UnicodeScript.GREEK, "el"),
          Map.entry(UnicodeScript.ARABIC, "ar"),
          Map.entry(UnicodeScript.HEBREW, "he"),
          Map.entry(UnicodeScript.DEVANAGARI, "hi"),
          Map.entry(UnicodeScript.BENGALI, "bn"),
          Map.entry(UnicodeScript.TAMIL, "ta"),
          Map.entry(UnicodeScript.THAI, "th"),
          Map.entry(UnicodeScript.GEORGIAN, "ka"),
          Map.entry(UnicodeScript.ARMENIAN, "hy"));

  private ScriptLanguage() {}

  /**
   * The language of the prevailing script, with that script's share of the letters as the score;
   * {@link LanguageDetector#UNKNOWN} where there is no letter, or the script is of no language that
   * is listed here.
   */
  static Detection detect(String text) {
    EnumMap<UnicodeScript, Integer> letters = new EnumMap<>(UnicodeScript.class);
    int all = 0;
    UnicodeScript script = UnicodeScript.LATIN;
    int ofScript = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (!Character.isLetter(c)) {
        continue;
      }
      all++;
      UnicodeScript next = c < 0x80 ? UnicodeScript.LATIN : UnicodeScript.of(c);
      if (next != script) {
        letters.merge(script, ofScript, Integer::sum);
        script = next;
        ofScript = 0;
      }
      ofScript++;
    }
    letters.merge(script, ofScript, Integer::sum);
    letters.putIfAbsent(UnicodeScript.LATIN, 0);
    letters.merge(
        UnicodeScript.HIRAGANA, letters.getOrDefault(UnicodeScript.KATAKANA, 0), Integer::sum);
    if (letters.get(UnicodeScript.HIRAGANA) > KANA_OF_JAPANESE * all) {
      letters.merge(
          UnicodeScript.HIRAGANA, letters.getOrDefault(UnicodeScript.HAN, 0), Integer::sum);
    }
    UnicodeScript most = UnicodeScript.LATIN;
    for (Map.Entry<UnicodeScript, Integer> counted : letters.entrySet()) {
      if (counted.getValue() > letters.get(most)) {
        most = counted.getKey();
      }
    }
    String language = LANGUAGES.get(most);
    return all == 0 || language == null
        ? new Detection(LanguageDetector.UNKNOWN, 0)
        : new Detection(language, (double) letters.get(most) / all);
  }
}

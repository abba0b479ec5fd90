package dev.kindling.data.clean;

import dev.kindling.data.Document;
import java.lang.Character.UnicodeScript;
import java.util.EnumMap;
import java.util.Map;

/**
 * Guesses the language from the script that most letters are of: Latin is taken for English, Han
 * for Chinese. Text with kana is Japanese even where Han prevails. A language that the source gives
 * is believed, which is how German stays German.
 */
record ScriptLanguage() implements DocumentRewriter {
  /** Where there is no letter, or the script is of no language that is listed here. */
  static final String UNKNOWN = "und";

  private static final long serialVersionUID = 1L;
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

  @Override
  public Document apply(Document document) {
    if (!document.language().equals(UNKNOWN)) {
      return document;
    }
    return new Document(
        document.id(), document.text(), document.source(), languageOf(document.text()));
  }

  /** An ISO 639-1 code, or {@link #UNKNOWN}. */
  static String languageOf(String text) {
    EnumMap<UnicodeScript, Integer> letters = new EnumMap<>(UnicodeScript.class);
    int latin = 0;
    int all = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (!Character.isLetter(c)) {
        continue;
      }
      all++;
      if (c < 0x80) {
        latin++;
      } else {
        letters.merge(UnicodeScript.of(c), 1, Integer::sum);
      }
    }
    letters.merge(UnicodeScript.LATIN, latin, Integer::sum);
    letters.merge(
        UnicodeScript.HIRAGANA, letters.getOrDefault(UnicodeScript.KATAKANA, 0), Integer::sum);
    if (letters.get(UnicodeScript.HIRAGANA) > KANA_OF_JAPANESE * all) {
      letters.merge(
          UnicodeScript.HIRAGANA, letters.getOrDefault(UnicodeScript.HAN, 0), Integer::sum);
    }
    UnicodeScript most = UnicodeScript.LATIN;
    for (Map.Entry<UnicodeScript, Integer> script : letters.entrySet()) {
      if (script.getValue() > letters.get(most)) {
        most = script.getKey();
      }
    }
    return letters.get(most) == 0 ? UNKNOWN : LANGUAGES.getOrDefault(most, UNKNOWN);
  }
}

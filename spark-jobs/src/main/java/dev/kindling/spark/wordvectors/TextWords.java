package dev.kindling.spark.wordvectors;

import dev.kindling.data.words.WordForm;
import dev.kindling.data.words.WordHashes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Cuts texts into words. */
final class TextWords {
  private TextWords() {}

  /**
   * The words of a text in their order, as {@link WordHashes} finds them: without punctuation, and
   * with one word for each character of a script without spaces.
   */
  static List<String> of(String text, boolean lowercase) {
    List<String> words = new ArrayList<>();
    WordHashes found = new WordHashes(text, WordForm.WRITTEN);
    while (found.next()) {
      String word = text.substring(found.start(), found.end());
      words.add(lowercase ? word.toLowerCase(Locale.ROOT) : word);
    }
    return words;
  }
}

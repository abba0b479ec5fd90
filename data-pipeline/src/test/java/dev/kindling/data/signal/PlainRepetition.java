package dev.kindling.data.signal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The repetition signals over strings and sets of strings: what the hashes stand for. */
final class PlainRepetition {
  private PlainRepetition() {}

  static int topCharacters(List<String> words, int n) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (int i = 0; i + n <= words.size(); i++) {
      counts.merge(String.join(" ", words.subList(i, i + n)), 1, Integer::sum);
    }
    String top = null;
    for (String gram : counts.keySet()) {
      if (top == null || counts.get(gram) > counts.get(top)) {
        top = gram;
      }
    }
    return top == null ? 0 : length(top) * counts.get(top);
  }

  static int duplicateCharacters(List<String> words, int n) {
    Set<String> seen = new HashSet<>();
    int characters = 0;
    int i = 0;
    while (i + n <= words.size()) {
      String gram = String.join("", words.subList(i, i + n));
      if (seen.add(gram)) {
        i++;
      } else {
        characters += length(gram);
        i += n;
      }
    }
    return characters;
  }

  static int duplicateElements(String[] elements) {
    return elements.length - new HashSet<>(List.of(elements)).size();
  }

  static int duplicateElementCharacters(String[] elements) {
    Set<String> seen = new HashSet<>();
    int characters = 0;
    for (String element : elements) {
      characters += seen.add(element) ? 0 : length(element);
    }
    return characters;
  }

  static List<String> visibleCharacters(String text) {
    List<String> visible = new ArrayList<>();
    text.codePoints()
        .filter(c -> !Characters.isSpace(c))
        .forEach(c -> visible.add(Character.toString(c)));
    return visible;
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}

package dev.kindling.data.tokenizer.unigram;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The words that pieces are learned from, in one array and in the order of their characters, so
 * that sums over them do not depend on where they were counted. Characters that are too rare for
 * the vocabulary are left out, and the parts around them are words of their own.
 */
final class TrainingWords {
  private final char[] text;
  private final int[] starts;
  private final long[] counts;
  private final SortedMap<Integer, Long> characters;

  private TrainingWords(Map<String, Long> words, SortedMap<Integer, Long> characters) {
    String[] sorted = words.keySet().toArray(String[]::new);
    Arrays.sort(sorted);
    this.text = new char[Arrays.stream(sorted).mapToInt(String::length).sum()];
    this.starts = new int[sorted.length + 1];
    this.counts = new long[sorted.length];
    this.characters = characters;
    for (int word = 0; word < sorted.length; word++) {
      int length = sorted[word].length();
      sorted[word].getChars(0, length, text, starts[word]);
      starts[word + 1] = starts[word] + length;
      counts[word] = words.get(sorted[word]);
    }
  }

  /**
   * @param wordCounts how often each word occurs; words are not empty and have no unpaired
   *     surrogates
   * @param minFrequency a character that occurs less often is left out
   */
  static TrainingWords of(Map<String, Long> wordCounts, long minFrequency) {
    SortedMap<Integer, Long> characters = new TreeMap<>();
    wordCounts.forEach(
        (word, count) ->
            word.codePoints().forEach(codePoint -> characters.merge(codePoint, count, Long::sum)));
    characters.values().removeIf(count -> count < minFrequency);
    Map<String, Long> parts = new HashMap<>();
    wordCounts.forEach((word, count) -> addParts(word, count, characters, parts));
    return new TrainingWords(parts, characters);
  }

  /** The characters of all words, one word after the other. */
  char[] text() {
    return text;
  }

  /** How many different words there are. */
  int size() {
    return counts.length;
  }

  /** Where a word starts in {@link #text}. */
  int start(int word) {
    return starts[word];
  }

  /** Where a word ends in {@link #text}. */
  int end(int word) {
    return starts[word + 1];
  }

  /** How often a word occurs. */
  long count(int word) {
    return counts[word];
  }

  /** How often the word occurs that {@code position} of the text lies in. */
  long countAt(int position) {
    int index = Arrays.binarySearch(starts, position);
    return counts[index >= 0 ? index : -index - 2];
  }

  /** The code points that are left, with their occurrences. */
  SortedMap<Integer, Long> characters() {
    return characters;
  }

  private static void addParts(
      String word, long count, Map<Integer, Long> characters, Map<String, Long> parts) {
    int from = 0;
    int next;
    for (int i = 0; i < word.length(); i = next) {
      int codePoint = word.codePointAt(i);
      next = i + Character.charCount(codePoint);
      if (!characters.containsKey(codePoint)) {
        addPart(word.substring(from, i), count, parts);
        from = next;
      }
    }
    addPart(word.substring(from), count, parts);
  }

  private static void addPart(String part, long count, Map<String, Long> parts) {
    if (!part.isEmpty()) {
      parts.merge(part, count, Long::sum);
    }
  }
}

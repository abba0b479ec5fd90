package dev.kindling.spark.wordvectors;

import dev.kindling.spark.config.EditDistance;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds words that someone may have meant. */
final class Spelling {
  private static final int MAX_WORDS = 3;

  private Spelling() {}

  /** Those that differ in the fewest letters, in at most a third of them; the nearest first. */
  static List<String> nearest(String word, List<WordCount> words) {
    record Candidate(String word, int distance) {}
    String asked = word.toLowerCase(Locale.ROOT);
    int most = Math.max(1, asked.length() / 3);
    // The sort is stable: of equally near words the most frequent stay first.
    return words.stream()
        .map(WordCount::word)
        .filter(known -> Math.abs(known.length() - asked.length()) <= most)
        .map(
            known ->
                new Candidate(known, EditDistance.between(asked, known.toLowerCase(Locale.ROOT))))
        .filter(candidate -> candidate.distance() <= most)
        .sorted(Comparator.comparingInt(Candidate::distance))
        .limit(MAX_WORDS)
        .map(Candidate::word)
        .toList();
  }
}

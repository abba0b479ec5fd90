package dev.kindling.spark.wordvectors;

import java.util.Comparator;

/**
 * How often a word occurs.
 *
 * @param word without spaces
 * @param count in the text; 0 where it is not known
 */
public record WordCount(String word, long count) {
  /** The most frequent first, and of equally frequent ones in the order of their characters. */
  static final Comparator<WordCount> ORDER =
      Comparator.comparingLong(WordCount::count).reversed().thenComparing(WordCount::word);
}

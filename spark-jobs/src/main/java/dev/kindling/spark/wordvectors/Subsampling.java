package dev.kindling.spark.wordvectors;

import dev.kindling.data.words.Hash64;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.broadcast.Broadcast;

/**
 * Which occurrences of words are learned from: none of words without a vector, and of frequent ones
 * some. A word that makes up the share f of the text stays with probability (√(f/t) + 1) · t/f, as
 * in the program of Mikolov et al. (2013). Chance is a function of the seed and the place.
 *
 * @param probabilities of staying, for every word that has a vector
 * @param seed of chance
 */
record Subsampling(Broadcast<Map<String, Float>> probabilities, long seed) implements Serializable {
  /**
   * The probabilities.
   *
   * @param words that get vectors
   * @param threshold t; 0 where all stay
   */
  static Map<String, Float> probabilities(List<WordCount> words, double threshold) {
    double total = words.stream().mapToLong(WordCount::count).sum();
    Map<String, Float> probabilities = new HashMap<>();
    for (WordCount word : words) {
      double ratio = threshold * total / word.count();
      double stays = threshold == 0 ? 1 : Math.min(1, Math.sqrt(ratio) + ratio);
      probabilities.put(word.word(), (float) stays);
    }
    return probabilities;
  }

  /** Whether the word at a place is learned from. */
  boolean keeps(String word, long document, long position) {
    Float probability = probabilities.value().get(word);
    if (probability == null) {
      return false;
    }
    long drawn = Hash64.mix(Hash64.mix(Hash64.mix(seed) + document) + position);
    return (drawn >>> 40) * 0x1p-24 < probability;
  }
}

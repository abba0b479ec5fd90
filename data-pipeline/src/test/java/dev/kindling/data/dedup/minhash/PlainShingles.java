package dev.kindling.data.dedup.minhash;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Shingles as strings, as the definition says: the plain twin of the hashed ones. */
final class PlainShingles {
  private PlainShingles() {}

  /** The shingles of a text in a script with spaces, which has at least so many words. */
  static Set<String> of(String text, int size) {
    String normal =
        Normalizer.normalize(text, Normalizer.Form.NFD)
            .replaceAll("\\p{Mn}", "")
            .toLowerCase(Locale.ROOT)
            .replaceAll("(?<=\\p{L})['’](?=\\p{L})", "")
            .replaceAll("\\d+([.,]\\d+)*", "0")
            .replaceAll("[^\\p{L}0]+", " ")
            .strip();
    String[] words = normal.split(" ", -1);
    Set<String> shingles = new HashSet<>();
    for (int i = 0; i + size <= words.length; i++) {
      shingles.add(String.join(" ", List.of(words).subList(i, i + size)));
    }
    return shingles;
  }

  /** The Jaccard similarity of every pair (i, j), i &lt; j, that has a shingle in common. */
  static Map<Pair, Double> allPairs(List<Set<String>> sets) {
    Map<String, List<Integer>> holders = new HashMap<>();
    Map<Pair, Integer> common = new HashMap<>();
    for (int j = 0; j < sets.size(); j++) {
      for (String shingle : sets.get(j)) {
        List<Integer> earlier = holders.computeIfAbsent(shingle, unused -> new ArrayList<>());
        for (int i : earlier) {
          common.merge(new Pair(i, j), 1, Integer::sum);
        }
        earlier.add(j);
      }
    }
    Map<Pair, Double> similarities = new HashMap<>();
    common.forEach(
        (pair, numCommon) -> {
          int sum = sets.get(pair.first()).size() + sets.get(pair.second()).size();
          similarities.put(pair, (double) numCommon / (sum - numCommon));
        });
    return similarities;
  }

  /** Two documents by their numbers, the smaller one first. */
  record Pair(int first, int second) {}
}

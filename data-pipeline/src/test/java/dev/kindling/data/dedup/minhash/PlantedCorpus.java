package dev.kindling.data.dedup.minhash;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Texts of random words, and copies of them with a known share of edits. */
final class PlantedCorpus {
  private static final int VOCABULARY = 3_000;

  private final Random random;

  PlantedCorpus(long seed) {
    random = new Random(seed);
  }

  /** A text with nothing in common with others. */
  String text(int numWords) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < numWords; i++) {
      words.add(word());
    }
    return String.join(" ", words);
  }

  /** A text of 60 to 400 words. */
  String text() {
    return text(60 + random.nextInt(341));
  }

  /**
   * A copy with about this Jaccard similarity of 5-word shingles, by words changed here and there.
   */
  String edited(String text, double jaccard) {
    List<String> words = new ArrayList<>(Arrays.asList(text.split(" ", -1)));
    long numEdits = Math.round(words.size() * (1 - jaccard) / (5 * (1 + jaccard)));
    for (int i = 0; i < numEdits; i++) {
      int position = random.nextInt(words.size());
      switch (random.nextInt(4)) {
        case 0 -> words.add(position, word());
        case 1 -> words.remove(position);
        default -> words.set(position, word());
      }
    }
    return String.join(" ", words);
  }

  /** Families of the same number of members: a text, and copies at a similarity drawn evenly. */
  List<String> families(int numFamilies, int numMembers, double leastJaccard) {
    List<String> texts = new ArrayList<>();
    for (int family = 0; family < numFamilies; family++) {
      String original = text();
      texts.add(original);
      for (int member = 1; member < numMembers; member++) {
        texts.add(edited(original, leastJaccard + (1 - leastJaccard) * random.nextDouble()));
      }
    }
    return texts;
  }

  private String word() {
    int index = random.nextInt(VOCABULARY);
    StringBuilder word = new StringBuilder();
    for (int rest = index + 20; rest > 0; rest /= 20) {
      word.append("bdfgklmnprstvzchjwxq".charAt(rest % 20)).append("aeiou".charAt(rest % 5));
    }
    return word.toString();
  }
}

package dev.kindling.benchmarks.corpus;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/** The words of a language in UTF-8, the most frequent one first; the same ones every time. */
final class Lexicon {
  private static final long SEED = 20_240_229;

  /** Chinese characters that words are made of, from the first one of the block. */
  private static final int FIRST_HAN = 0x4E00;

  private static final int NUM_HAN = 3000;

  private final Language language;
  private final List<String> onsets;
  private final List<String> vowels;
  private final List<String> codas;
  private final byte[][] words;
  private final ZipfDistribution ranks;

  Lexicon(Language language) {
    this.language = language;
    this.onsets = language.onsets();
    this.vowels = language.vowels();
    this.codas = language.codas();
    this.words = new byte[language.numWords()][];
    this.ranks = new ZipfDistribution(words.length);
    SplittableRandom random = new SplittableRandom(SEED + language.name().hashCode());
    List<String> functionWords = language.functionWords();
    for (int rank = 0; rank < words.length; rank++) {
      String word = rank < functionWords.size() ? functionWords.get(rank) : word(random, rank);
      words[rank] = word.getBytes(StandardCharsets.UTF_8);
    }
  }

  Language language() {
    return language;
  }

  /** Draws a word by its frequency; the array is the lexicon's own. */
  byte[] next(SplittableRandom random) {
    return words[ranks.next(random)];
  }

  /** Rare words are longer. */
  private String word(SplittableRandom random, int rank) {
    if (language.isUnspaced()) {
      return han(random) + (rank % 5 == 0 ? "" : han(random)) + (rank % 7 == 0 ? han(random) : "");
    }
    int numSyllables = 1 + random.nextInt(2) + (rank > 2000 ? 1 : 0) + (rank > 50_000 ? 1 : 0);
    StringBuilder word = new StringBuilder();
    for (int syllable = 0; syllable < numSyllables; syllable++) {
      word.append(oneOf(onsets, random)).append(oneOf(vowels, random));
    }
    return word.append(oneOf(codas, random)).toString();
  }

  private static String han(SplittableRandom random) {
    return Character.toString(FIRST_HAN + random.nextInt(NUM_HAN));
  }

  private static String oneOf(List<String> sounds, SplittableRandom random) {
    return sounds.get(random.nextInt(sounds.size()));
  }
}

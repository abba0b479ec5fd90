package dev.kindling.benchmarks.tokenizer;

import java.util.SplittableRandom;

/**
 * Made-up text of any size with as many distinct words as text of that size has: the word of rank r
 * occurs in proportion to 1/r (Zipf 1949), the frequent words are short, and words share their
 * syllables. Each document is a function of the seed and its number.
 */
final class ZipfText {
  private static final String[] ONSETS = {
    "t", "s", "r", "n", "l", "d", "m", "c", "p", "b", "st", "f", "g", "tr", "h", "v", "", "w", "ch",
    "pr"
  };
  private static final String[] RHYMES = {
    "e", "a", "i", "o", "er", "in", "on", "u", "al", "en", "es", "ing"
  };
  private static final int NUM_SYLLABLES = ONSETS.length * RHYMES.length;

  private final long seed;
  private final int numWords;

  /**
   * @param numWords the words that there are to choose from, of which the rarest need a text of
   *     some fifteen times as many to occur
   */
  ZipfText(long seed, int numWords) {
    if (numWords < 1) {
      throw new IllegalArgumentException("numWords is " + numWords + ": it must be 1 or more");
    }
    this.seed = seed;
    this.numWords = numWords;
  }

  /** A document of {@code length} words in sentences and paragraphs. */
  String document(long number, int length) {
    // Mixed twice: seeds a multiple of the generator's own increment apart give shifted streams.
    long documentSeed = new SplittableRandom(seed).nextLong() + number;
    SplittableRandom random = new SplittableRandom(new SplittableRandom(documentSeed).nextLong());
    StringBuilder text = new StringBuilder(length * 7);
    int leftInSentence = 0;
    for (int i = 0; i < length; i++) {
      boolean begins = leftInSentence == 0;
      if (begins) {
        leftInSentence = 4 + random.nextInt(20);
      }
      int start = text.length();
      appendWord(rank(random), text);
      if (begins) {
        text.setCharAt(start, Character.toUpperCase(text.charAt(start)));
      }
      leftInSentence--;
      if (leftInSentence == 0) {
        text.append(random.nextInt(6) == 0 ? ".\n\n" : ". ");
      } else {
        text.append(random.nextInt(12) == 0 ? ", " : " ");
      }
    }
    return text.toString().strip();
  }

  /** From 1; the logarithm of a rank is uniform where its probability falls as 1/r. */
  private int rank(SplittableRandom random) {
    return (int) Math.min(Math.exp(random.nextDouble() * Math.log(numWords + 1.0)), numWords);
  }

  /** The syllables are the digits of the rank, so that hardly any two words are alike. */
  private static void appendWord(int rank, StringBuilder text) {
    for (int rest = rank; rest > 0; rest = (rest - 1) / NUM_SYLLABLES) {
      int syllable = (rest - 1) % NUM_SYLLABLES;
      text.append(ONSETS[syllable % ONSETS.length]).append(RHYMES[syllable / ONSETS.length]);
    }
  }
}

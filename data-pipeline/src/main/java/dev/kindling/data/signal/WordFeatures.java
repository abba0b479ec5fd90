package dev.kindling.data.signal;

import java.util.List;

/** What the signals need of every word, in one pass, and the signals that follow from it. */
final class WordFeatures {
  private static final List<String> STOP_WORDS =
      List.of("the", "be", "to", "of", "and", "that", "have", "with");
  private static final long[] STOP_WORD_HASHES =
      STOP_WORDS.stream().mapToLong(w -> PolynomialHash.of(w, 0, w.length())).toArray();
  private static final int MAX_STOP_WORD = 4;

  private final long[] hashes;
  private final long[] powers;
  private final int[] lengths;
  private int numNonSymbol;
  private long charactersOfNonSymbol;
  private int numAlphabetic;
  private int stopWords;

  WordFeatures(String text, Words words) {
    hashes = new long[words.size()];
    powers = new long[words.size()];
    lengths = new int[words.size()];
    for (int i = 0; i < words.size(); i++) {
      add(text, i, words.start(i), words.end(i));
    }
  }

  private void add(String text, int index, int start, int end) {
    int length = 0;
    boolean alphabetic = false;
    boolean nonSymbol = false;
    for (int i = start; i < end; length++) {
      int c = text.codePointAt(i);
      alphabetic = alphabetic || Character.isLetter(c);
      nonSymbol = nonSymbol || !Characters.isPunctuation(c);
      i += Character.charCount(c);
    }
    hashes[index] = PolynomialHash.of(text, start, end);
    powers[index] = PolynomialHash.power(end - start);
    lengths[index] = length;
    numAlphabetic += alphabetic ? 1 : 0;
    numNonSymbol += nonSymbol ? 1 : 0;
    charactersOfNonSymbol += nonSymbol ? length : 0;
    if (length <= MAX_STOP_WORD) {
      noteStopWord(hashes[index]);
    }
  }

  private void noteStopWord(long hash) {
    for (int i = 0; i < STOP_WORD_HASHES.length; i++) {
      if (STOP_WORD_HASHES[i] == hash) {
        stopWords |= 1 << i;
      }
    }
  }

  int size() {
    return hashes.length;
  }

  long hash(int index) {
    return hashes[index];
  }

  /** What the hash of a word needs to be put behind another. */
  long power(int index) {
    return powers[index];
  }

  /** In characters. */
  int length(int index) {
    return lengths[index];
  }

  /** Sets the signals of single words. */
  void setSignals(SignalValues values) {
    values.set(Signal.WORDS, size());
    values.set(Signal.NON_SYMBOL_WORDS, numNonSymbol);
    values.setRatio(Signal.MEAN_WORD_LENGTH, charactersOfNonSymbol, numNonSymbol);
    values.setRatio(Signal.ALPHABETIC_WORD_FRACTION, numAlphabetic, size());
    values.set(Signal.STOP_WORDS, Integer.bitCount(stopWords));
    values.setRatio(Signal.UNIQUE_WORD_FRACTION, numDifferent(), size());
  }

  private int numDifferent() {
    HashCounts counts = new HashCounts();
    counts.reset(size());
    for (long hash : hashes) {
      counts.add(hash);
    }
    return counts.size();
  }
}

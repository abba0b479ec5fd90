package dev.kindling.model.score;

import dev.kindling.model.predict.TokenModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * How much goes through a model at once: sequences of like lengths together, so that little of it
 * is padding.
 *
 * @param maxTokens tokens with padding; a sequence that has more goes alone
 * @param contextLength of the model
 * @param vocabSize of the model
 */
record TokenBudget(int maxTokens, int contextLength, int vocabSize) {
  /** Kernels are compiled for every length that they meet: few of them are enough. */
  private static final int LEAST_STEP = 2;

  private static final int GREATEST_STEP = 16;

  /** An eighth of a short sequence may be padding. */
  private static final int STEPS_PER_OCTAVE = 8;

  /** 32 MiB of them at a time. */
  private static final int MOST_LOGITS = 1 << 23;

  TokenBudget {
    if (maxTokens < 1) {
      throw new IllegalArgumentException(
          "maxTokens is " + maxTokens + ": expected 1 or more tokens that go through together");
    }
  }

  static TokenBudget of(TokenModel model, int maxTokens) {
    return new TokenBudget(maxTokens, model.contextLength(), model.vocabSize());
  }

  /** What a sequence is padded to if it is the longest of those that go together. */
  int paddedLength(int length) {
    int ofOctave = Integer.highestOneBit(length) / STEPS_PER_OCTAVE;
    int step = Math.max(LEAST_STEP, Math.min(GREATEST_STEP, ofOctave));
    int rounded = (length + step - 1) / step * step;
    return Math.min(rounded, contextLength);
  }

  /** Sequences that go together, the longest first. */
  PaddedSequences padded(List<int[]> sequences) {
    return PaddedSequences.of(sequences, paddedLength(sequences.get(0).length));
  }

  /** Rows of logits that exist at once at most. */
  int maxLogitRows() {
    return Math.max(1, MOST_LOGITS / vocabSize);
  }

  /**
   * Sorts sequences by their length and says which go together; the longest come first, so that
   * memory is as large as it will be from the beginning.
   */
  <S> List<List<S>> pack(List<S> sequences, ToIntFunction<S> length) {
    return pack(sequences, length, Integer.MAX_VALUE);
  }

  /**
   * {@link #pack(List, ToIntFunction)} with a bound on the number of sequences.
   *
   * @param maxSequences how many go together at most, however short they are
   */
  <S> List<List<S>> pack(List<S> sequences, ToIntFunction<S> length, int maxSequences) {
    List<S> sorted = new ArrayList<>(sequences);
    sorted.sort(Comparator.comparingInt(length).reversed());
    List<List<S>> packs = new ArrayList<>();
    int first = 0;
    while (first < sorted.size()) {
      int numFitting = maxTokens / paddedLength(length.applyAsInt(sorted.get(first)));
      int numTogether = Math.max(1, Math.min(numFitting, maxSequences));
      int end = Math.min(sorted.size(), first + numTogether);
      packs.add(sorted.subList(first, end));
      first = end;
    }
    return packs;
  }
}

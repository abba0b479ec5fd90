package dev.kindling.model.score;

import java.util.List;

/**
 * Sequences that go through a model together.
 *
 * @param tokens [B × T], each sequence with zeros behind it
 * @param lengths [B]
 * @param length T
 */
// The arrays are payload of a record that is never compared.
@SuppressWarnings("ArrayRecordComponent")
record PaddedSequences(int[] tokens, int[] lengths, int length) {
  static PaddedSequences of(List<int[]> sequences, int length) {
    int[] tokens = new int[Math.multiplyExact(sequences.size(), length)];
    int[] lengths = new int[sequences.size()];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = sequences.get(i).length;
      System.arraycopy(sequences.get(i), 0, tokens, i * length, lengths[i]);
    }
    return new PaddedSequences(tokens, lengths, length);
  }

  /** Tokens without padding. */
  long numTokens() {
    long sum = 0;
    for (int one : lengths) {
      sum += one;
    }
    return sum;
  }
}

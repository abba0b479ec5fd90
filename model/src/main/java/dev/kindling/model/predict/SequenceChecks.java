package dev.kindling.model.predict;

import java.util.Arrays;

/** What models are asked to read is checked here, because kernels do not. */
public final class SequenceChecks {
  private SequenceChecks() {}

  /**
   * Checks that a model knows every id.
   *
   * @param vocabSize V
   * @throws IllegalArgumentException naming the first that it does not know
   */
  public static void requireIds(int[] ids, int vocabSize) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= vocabSize) {
        throw new IllegalArgumentException(
            "The token at "
                + i
                + " is "
                + ids[i]
                + ": expected 0 to "
                + (vocabSize - 1)
                + "; were these tokens made by the tokenizer of this model?");
      }
    }
  }

  /**
   * Checks sequences that are padded to one length.
   *
   * @param ids [numSequences × T]
   * @param lengths [numSequences]: how many of the T are tokens
   * @param least the least of them that is allowed
   * @throws IllegalArgumentException if the sizes do not go together
   */
  public static void requireLengths(int[] ids, int[] lengths, int numSequences, int least) {
    int longest = numSequences == 0 ? 0 : ids.length / numSequences;
    boolean fits =
        longest > 0
            && ids.length == numSequences * longest
            && lengths.length == numSequences
            && Arrays.stream(lengths).allMatch(length -> length >= least && length <= longest);
    if (!fits) {
      throw new IllegalArgumentException(
          ids.length
              + " tokens in sequences of "
              + Arrays.toString(lengths)
              + " were given: expected "
              + numSequences
              + " sequences, each padded to the same length, with at least "
              + least
              + " tokens each");
    }
  }
}

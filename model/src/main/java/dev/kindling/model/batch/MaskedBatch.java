package dev.kindling.model.batch;

/**
 * For encoders: some positions predict what stood there (Devlin et al. 2019). Rows are padded at
 * their end.
 *
 * @param size B
 * @param length T
 * @param inputs ids [B, T]
 * @param segments 0 or 1 [B, T]; 0 in the padding
 * @param lengths [B]: tokens of the row that are not padding
 * @param targets [B, T]: the id to predict, or {@link Batch#IGNORED} where nothing is masked
 * @param nextSentence [B]: 0 if the second segment follows the first, 1 if it does not (it is
 *     random, or they are swapped); an empty array if there is nothing to predict
 */
// The arrays are payload of a record that is never compared.
@SuppressWarnings("ArrayRecordComponent")
public record MaskedBatch(
    int size,
    int length,
    int[] inputs,
    int[] segments,
    int[] lengths,
    int[] targets,
    int[] nextSentence)
    implements Batch {

  /**
   * Checks shapes and ranges, and that nothing is predicted in the padding.
   *
   * @throws IllegalArgumentException naming what was given and what was expected
   */
  public MaskedBatch {
    Rows.requireSize("size", size);
    Rows.requireSize("length", length);
    Rows.requireShape("inputs", inputs, size, length);
    Rows.requireShape("segments", segments, size, length);
    Rows.requireShape("lengths", lengths, size, 1);
    Rows.requireShape("targets", targets, size, length);
    Rows.requireRange("inputs", inputs, 0, Integer.MAX_VALUE);
    Rows.requireRange("segments", segments, 0, 1);
    Rows.requireRange("lengths", lengths, 1, length);
    Rows.requireRange("targets", targets, IGNORED, Integer.MAX_VALUE);
    if (nextSentence.length > 0) {
      Rows.requireShape("nextSentence", nextSentence, size, 1);
      Rows.requireRange("nextSentence", nextSentence, 0, 1);
    }
    requireNoTargetInPadding(targets, lengths, length);
  }

  private static void requireNoTargetInPadding(int[] targets, int[] lengths, int length) {
    for (int row = 0; row < lengths.length; row++) {
      for (int t = lengths[row]; t < length; t++) {
        int target = targets[row * length + t];
        if (target != IGNORED) {
          throw new IllegalArgumentException(
              "targets has "
                  + target
                  + " at position "
                  + t
                  + " of sequence "
                  + row
                  + ", which is padding from "
                  + lengths[row]
                  + " on: expected "
                  + IGNORED);
        }
      }
    }
  }

  @Override
  public long numCounted() {
    return Rows.numCounted(targets);
  }

  @Override
  public MaskedBatch rows(int first, int count) {
    Rows.requireRows(first, count, size);
    return new MaskedBatch(
        count,
        length,
        Rows.copy(inputs, first, count, length),
        Rows.copy(segments, first, count, length),
        Rows.copy(lengths, first, count, 1),
        Rows.copy(targets, first, count, length),
        nextSentence.length == 0 ? nextSentence : Rows.copy(nextSentence, first, count, 1));
  }

  @Override
  public void requireVocabulary(int vocabSize) {
    Rows.requireVocabulary("inputs", inputs, vocabSize);
    Rows.requireVocabulary("targets", targets, vocabSize);
  }
}

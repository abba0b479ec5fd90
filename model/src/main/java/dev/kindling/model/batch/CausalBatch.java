package dev.kindling.model.batch;

/**
 * For decoders: every position predicts one token from those up to itself.
 *
 * @param size B
 * @param length T
 * @param inputs ids [B, T]
 * @param targets the ids to predict [B, T], or {@link Batch#IGNORED}
 */
// The arrays are payload of a record that is never compared.
@SuppressWarnings("ArrayRecordComponent")
public record CausalBatch(int size, int length, int[] inputs, int[] targets) implements Batch {

  /**
   * Checks shapes and that no id is negative.
   *
   * @throws IllegalArgumentException naming what was given and what was expected
   */
  public CausalBatch {
    Rows.requireSize("size", size);
    Rows.requireSize("length", length);
    Rows.requireShape("inputs", inputs, size, length);
    Rows.requireShape("targets", targets, size, length);
    Rows.requireRange("inputs", inputs, 0, Integer.MAX_VALUE);
    Rows.requireRange("targets", targets, IGNORED, Integer.MAX_VALUE);
  }

  @Override
  public long numCounted() {
    return Rows.numCounted(targets);
  }

  @Override
  public CausalBatch rows(int first, int count) {
    Rows.requireRows(first, count, size);
    return new CausalBatch(
        count,
        length,
        Rows.copy(inputs, first, count, length),
        Rows.copy(targets, first, count, length));
  }

  @Override
  public void requireVocabulary(int vocabSize) {
    Rows.requireVocabulary("inputs", inputs, vocabSize);
    Rows.requireVocabulary("targets", targets, vocabSize);
  }
}

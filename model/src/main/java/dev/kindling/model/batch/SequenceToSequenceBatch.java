package dev.kindling.model.batch;

/**
 * For encoder-decoders: the encoder reads the inputs, the decoder predicts the targets one after
 * the other. Rows are padded at their end.
 *
 * @param size B
 * @param inputLength T, of the encoder
 * @param inputs ids [B, T]
 * @param inputLengths [B]: tokens of the row that are not padding
 * @param targetLength S, of the decoder
 * @param decoderInputs what the decoder reads [B, S]: the targets one place later
 * @param targets the ids to predict [B, S]; {@link Batch#IGNORED} in the padding
 */
// The arrays are payload of a record that is never compared.
@SuppressWarnings("ArrayRecordComponent")
public record SequenceToSequenceBatch(
    int size,
    int inputLength,
    int[] inputs,
    int[] inputLengths,
    int targetLength,
    int[] decoderInputs,
    int[] targets)
    implements Batch {

  /**
   * Checks shapes and ranges.
   *
   * @throws IllegalArgumentException naming what was given and what was expected
   */
  public SequenceToSequenceBatch {
    Rows.requireSize("size", size);
    Rows.requireSize("inputLength", inputLength);
    Rows.requireSize("targetLength", targetLength);
    Rows.requireShape("inputs", inputs, size, inputLength);
    Rows.requireShape("inputLengths", inputLengths, size, 1);
    Rows.requireShape("decoderInputs", decoderInputs, size, targetLength);
    Rows.requireShape("targets", targets, size, targetLength);
    Rows.requireRange("inputs", inputs, 0, Integer.MAX_VALUE);
    Rows.requireRange("inputLengths", inputLengths, 1, inputLength);
    Rows.requireRange("decoderInputs", decoderInputs, 0, Integer.MAX_VALUE);
    Rows.requireRange("targets", targets, IGNORED, Integer.MAX_VALUE);
  }

  @Override
  public long numCounted() {
    return Rows.numCounted(targets);
  }

  @Override
  public SequenceToSequenceBatch rows(int first, int count) {
    Rows.requireRows(first, count, size);
    return new SequenceToSequenceBatch(
        count,
        inputLength,
        Rows.copy(inputs, first, count, inputLength),
        Rows.copy(inputLengths, first, count, 1),
        targetLength,
        Rows.copy(decoderInputs, first, count, targetLength),
        Rows.copy(targets, first, count, targetLength));
  }

  @Override
  public void requireVocabulary(int vocabSize) {
    Rows.requireVocabulary("inputs", inputs, vocabSize);
    Rows.requireVocabulary("decoderInputs", decoderInputs, vocabSize);
    Rows.requireVocabulary("targets", targets, vocabSize);
  }
}

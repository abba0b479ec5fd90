package dev.kindling.model.batch;

/**
 * Token ids that go through a model together: plain integers, row-major, one row per sequence. In
 * the legends B is the number of sequences and T their length. Batches keep the arrays that they
 * are given, without copies; nobody may change them afterwards.
 */
public sealed interface Batch permits CausalBatch, MaskedBatch, SequenceToSequenceBatch {
  /** A target that is not counted in the loss. */
  int IGNORED = -1;

  /** B, the sequences. */
  int size();

  /** How many targets are not {@link #IGNORED}: what the loss is the mean over. */
  long numCounted();

  /**
   * Some of the sequences, as a batch of their own (a copy): for gradient accumulation.
   *
   * @param first the first sequence, from 0
   * @param count how many, at least 1
   * @throws IllegalArgumentException if this batch does not have them
   */
  Batch rows(int first, int count);

  /**
   * Checks that a model knows every id, because kernels do not.
   *
   * @param vocabSize V
   * @throws IllegalArgumentException naming the first id that is not below V
   */
  void requireVocabulary(int vocabSize);
}

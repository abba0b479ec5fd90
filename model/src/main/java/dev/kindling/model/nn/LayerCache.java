package dev.kindling.model.nn;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Heads;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.MemorySpace;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Tensor;

/**
 * Keys and values of one attention layer, for the tokens that B sequences have so far: generation
 * computes those of a token once. Sequences may have different lengths.
 */
final class LayerCache implements AutoCloseable {
  private final OffHeapMemory memory;
  private final Heads keys;
  private final Heads values;

  /**
   * @param space of the backend that computes
   * @param numSequences B
   * @param capacity tokens of the longest sequence
   * @param numHeads key-value heads
   * @param headSize D
   */
  LayerCache(
      MemorySpace space, DType dtype, int numSequences, int capacity, int numHeads, int headSize) {
    long width = (long) numHeads * headSize;
    memory = space.allocate(2L * numSequences * capacity * width * dtype.bytes());
    keys = heads(0, dtype, numSequences, capacity, numHeads, headSize);
    values = heads(1, dtype, numSequences, capacity, numHeads, headSize);
  }

  private Heads heads(
      int half, DType dtype, int numSequences, int capacity, int numHeads, int headSize) {
    long width = (long) numHeads * headSize;
    long elements = (long) numSequences * capacity * width;
    Tensor tensor = memory.tensor(half * elements * dtype.bytes(), dtype, elements);
    return new Heads(
        tensor, 0, numSequences, capacity, numHeads, headSize, capacity * width, width);
  }

  /**
   * Writes new keys and values behind those that are there; what there is no room for is padding,
   * and left out.
   *
   * @param newKeys [B, T, heads, D]
   * @param newValues [B, T, heads, D]
   * @param lengths tokens that every sequence has so far
   */
  void append(Backend backend, Heads newKeys, Heads newValues, int[] lengths) {
    for (int sequence = 0; sequence < lengths.length; sequence++) {
      int length = lengths[sequence];
      long count = Math.min(newKeys.length(), keys.length() - length);
      if (count > 0) {
        backend.copy(
            newKeys.sequence(sequence).rows(0, count), keys.sequence(sequence).rows(length, count));
        backend.copy(
            newValues.sequence(sequence).rows(0, count),
            values.sequence(sequence).rows(length, count));
      }
    }
  }

  /** The first {@code length} keys of every sequence; what is not written is 0, or left over. */
  Heads keys(long length) {
    return keys.first(length);
  }

  /** The first {@code length} values of every sequence. */
  Heads values(long length) {
    return values.first(length);
  }

  /**
   * Copies the first tokens of one sequence into a sequence of another cache.
   *
   * @param length how many tokens, 1 or more
   */
  void copySequence(Backend backend, int source, LayerCache target, int index, int length) {
    backend.copy(tokens(keys, source, length), tokens(target.keys, index, length));
    backend.copy(tokens(values, source, length), tokens(target.values, index, length));
  }

  private static Tensor tokens(Heads heads, int sequence, int length) {
    return heads.tensor().slice(sequence * heads.batchStride(), length * heads.rowStride());
  }

  @Override
  public void close() {
    memory.close();
  }
}

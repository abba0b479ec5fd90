package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.AttentionInputs;
import dev.kindling.model.backend.Dropout;
import dev.kindling.model.backend.Heads;
import dev.kindling.model.tensor.DType;

/**
 * Starts kernels of attention, whose first parameters are those of {@code attention.cuh}.
 *
 * @param engine where they run
 * @param inputs what they compute on
 */
record AttentionKernels(CudaEngine engine, AttentionInputs inputs) {
  private static final long LARGEST_HEAD = 256;

  /**
   * Checks what the kernels ask for.
   *
   * @throws IllegalArgumentException if heads are too large, or dropout is not of all scores
   */
  AttentionKernels {
    if (inputs.query().headSize() > LARGEST_HEAD) {
      throw new IllegalArgumentException(
          "The size of an attention head is "
              + inputs.query().headSize()
              + ": the backend cuda has kernels for up to "
              + LARGEST_HEAD
              + ". Take more and smaller heads, or another backend");
    }
    Dropout dropout = inputs.dropout();
    long numScores = inputs.query().numHeads() * inputs.query().length() * inputs.key().length();
    if (dropout != null && dropout.columns().count() != numScores) {
      throw new IllegalArgumentException(
          "Dropout numbers "
              + dropout.columns().count()
              + " elements in a row, but a sample of attention has "
              + numScores
              + " scores: expected one row of all of them");
    }
  }

  DType dtype() {
    return inputs.query().tensor().dtype();
  }

  int headSize() {
    return Math.toIntExact(inputs.query().headSize());
  }

  int numSequences() {
    return Math.toIntExact(inputs.query().batch());
  }

  int numQueries() {
    return Math.toIntExact(inputs.query().length());
  }

  int numKeys() {
    return Math.toIntExact(inputs.key().length());
  }

  /** Queries of all heads and sequences. */
  long numRows() {
    return inputs.query().batch() * inputs.query().numHeads() * inputs.query().length();
  }

  /** Blocks of which each has {@code size} queries of one head of one sequence. */
  long queryBlocks(int size) {
    return Tiling.numTiles(numQueries(), size) * numSequences() * inputs.query().numHeads();
  }

  /** Blocks of which each has {@code size} keys of one head of one sequence. */
  long keyBlocks(int size) {
    return Tiling.numTiles(numKeys(), size) * numSequences() * inputs.key().numHeads();
  }

  /** Blocks of which each has some queries and some keys of one query head. */
  long scoreBlocks(int numQueriesOfBlock, int numKeysOfBlock) {
    return Tiling.numTiles(numQueries(), numQueriesOfBlock)
        * Tiling.numTiles(numKeys(), numKeysOfBlock)
        * inputs.query().numHeads();
  }

  /** Whether heads, and every row of each, begin where vectors may. */
  static boolean isAligned(Heads... all) {
    for (Heads heads : all) {
      long bytes = heads.tensor().dtype().bytes();
      boolean aligned =
          CudaEngine.address(heads) % CudaEngine.VECTOR_BYTES == 0
              && heads.batchStride() * bytes % CudaEngine.VECTOR_BYTES == 0
              && heads.rowStride() * bytes % CudaEngine.VECTOR_BYTES == 0
              && heads.headSize() * bytes % CudaEngine.VECTOR_BYTES == 0;
      if (!aligned) {
        return false;
      }
    }
    return true;
  }

  /** Whether {@link #isAligned} holds for queries, keys and values. */
  boolean hasAlignedInputs() {
    return isAligned(inputs.query(), inputs.key(), inputs.value());
  }

  /** Prepares a kernel, whose own arguments come next. */
  Launch kernel(String source, String name) {
    Launch launch = engine.kernel(source, dtype(), name);
    heads(launch, inputs.query());
    heads(launch, inputs.key());
    heads(launch, inputs.value());
    launch
        .arg(inputs.query().numHeads())
        .arg(inputs.groupSize())
        .arg(headSize())
        .arg(numQueries())
        .arg(numKeys())
        .arg((float) inputs.scale())
        .arg(inputs.causal() ? 1 : 0)
        .arg(inputs.keyLengths())
        .arg(inputs.bias());
    Dropout dropout = inputs.dropout();
    boolean drops = dropout != null;
    return launch
        .arg(drops ? dropout.key() : 0L)
        .arg(drops ? dropout.firstSample() : 0L)
        .arg(drops ? dropout.threshold() : 0)
        .arg(drops ? dropout.scale() : 0f)
        .arg(drops ? (int) dropout.columns().first() : 0);
  }

  /** The arguments of heads. */
  static Launch heads(Launch launch, Heads heads) {
    return launch.arg(CudaEngine.address(heads)).arg(heads.batchStride()).arg(heads.rowStride());
  }
}

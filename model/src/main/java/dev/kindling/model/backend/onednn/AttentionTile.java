package dev.kindling.model.backend.onednn;

import dev.kindling.model.backend.AttentionInputs;
import dev.kindling.model.backend.Heads;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;

/**
 * A part of attention whose scores fit the cache: some sequences × some key-value heads × one query
 * head of each group × some query rows × all keys that those rows see.
 *
 * <p>Legend: B = sequences, G = key-value heads, R = query rows, K = keys, D = head size; all of
 * the tile.
 *
 * @param inputs of the whole attention
 * @param firstBatch the first sequence
 * @param numBatches B
 * @param firstKeyHead the first key-value head
 * @param numKeyHeads G
 * @param member which query head of each group
 * @param firstRow the first query row
 * @param numRows R
 */
record AttentionTile(
    AttentionInputs inputs,
    long firstBatch,
    long numBatches,
    long firstKeyHead,
    long numKeyHeads,
    long member,
    long firstRow,
    long numRows) {
  private static final long TILE_FLOATS = 256 * 1024;
  private static final long MOST_QUERY_ROWS = 128;

  /** Less, because the keys behind the last row of a tile are skipped. */
  private static final long MOST_CAUSAL_QUERY_ROWS = 64;

  /** What to do with one tile. */
  interface Kernel {
    void run(AttentionTile tile);
  }

  /**
   * The last rows first: in causal attention they see all keys, so their gradients may overwrite.
   */
  static void forEach(AttentionInputs inputs, Kernel kernel) {
    long length = inputs.query().length();
    long batch = inputs.query().batch();
    long numKeyHeads = inputs.key().numHeads();
    long rows = Math.min(length, inputs.causal() ? MOST_CAUSAL_QUERY_ROWS : MOST_QUERY_ROWS);
    long floatsPerHead = rows * inputs.key().length();
    long heads = clamp(TILE_FLOATS / floatsPerHead, numKeyHeads);
    long batches = clamp(TILE_FLOATS / (floatsPerHead * numKeyHeads), batch);
    while (isMisread(inputs, batches) || isMisread(inputs, batch % batches)) {
      batches--;
    }
    long lastStart = (length - 1) / rows * rows;
    for (long row = lastStart; row >= 0; row -= rows) {
      for (long b = 0; b < batch; b += batches) {
        for (long h = 0; h < numKeyHeads; h += heads) {
          for (long member = 0; member < inputs.groupSize(); member++) {
            kernel.run(
                new AttentionTile(
                    inputs,
                    b,
                    Math.min(batches, batch - b),
                    h,
                    Math.min(heads, numKeyHeads - h),
                    member,
                    row,
                    Math.min(rows, length - row)));
          }
        }
      }
    }
  }

  /**
   * Whether oneDNN 3.11 would take heads of so many sequences from wrong places. It does where the
   * distance of two sequences is that of two heads times the number of all heads in the batch, and
   * in some batches of heads with gaps between them, which grouped queries are. Found by holding
   * small shapes of all kinds against the plain twin.
   */
  private static boolean isMisread(AttentionInputs inputs, long numBatches) {
    if (numBatches <= 1 || inputs.key().numHeads() == 1) {
      return false;
    }
    Heads query = inputs.query();
    long headsApart = numBatches * query.numHeads() * query.headSize();
    return inputs.groupSize() > 1
        || query.batchStride() == headsApart
        || query.length() == numBatches
        || inputs.key().batchStride() == headsApart
        || inputs.value().batchStride() == headsApart;
  }

  private static long clamp(long value, long most) {
    return Math.max(1, Math.min(value, most));
  }

  /** K. */
  long numKeys() {
    return inputs.causal() ? firstRow + numRows : inputs.key().length();
  }

  /** Whether an earlier tile has written the gradients of this one's keys and values. */
  boolean keysWereSeen() {
    boolean laterRowsCameFirst = firstRow + numRows < inputs.query().length();
    return laterRowsCameFirst || member > 0;
  }

  /** The query head of the tile's key-value head {@code index}. */
  long queryHead(long index) {
    return (firstKeyHead + index) * inputs.groupSize() + member;
  }

  /** Rows of the queries, of the output, or of their gradients: [B, G, R, D]. */
  Layout rows(Heads heads) {
    return layout(heads, inputs.groupSize(), numRows);
  }

  /** Keys, values or their gradients: [B, G, K, D]. */
  Layout keys(Heads heads) {
    return layout(heads, 1, numKeys());
  }

  private Layout layout(Heads heads, long headStep, long count) {
    long[] strides = {heads.batchStride(), headStep * heads.headSize(), heads.rowStride(), 1};
    if (numKeyHeads == 1) {
      strides[1] = strides[0];
      strides[0] *= numBatches;
    }
    return Layout.strided(heads.tensor().dtype(), batchOf(count, heads.headSize()), strides);
  }

  /** Where {@link #rows} begins. */
  long rowsAddress(Heads heads) {
    return address(heads, queryHead(0), firstRow);
  }

  /** Where {@link #keys} begins. */
  long keysAddress(Heads heads) {
    return address(heads, firstKeyHead, 0);
  }

  private long address(Heads heads, long head, long row) {
    long element =
        heads.offset()
            + firstBatch * heads.batchStride()
            + row * heads.rowStride()
            + head * heads.headSize();
    return heads.tensor().address() + element * heads.tensor().dtype().bytes();
  }

  /** Scores, contiguous: [B, G, R, K]. */
  long[] scoreShape() {
    return batchOf(numRows, numKeys());
  }

  /** What is the same for all heads and rows of a sequence, contiguous: [B, 1, 1, K]. */
  Layout keysOfSequences() {
    return numKeyHeads == 1
        ? Layout.contiguous(DType.F32, 1, numBatches, 1, numKeys())
        : Layout.contiguous(DType.F32, numBatches, 1, 1, numKeys());
  }

  /** [B, G, rows, columns]; [1, B, rows, columns] for one head, which oneDNN never misreads. */
  private long[] batchOf(long rows, long columns) {
    return numKeyHeads == 1
        ? new long[] {1, numBatches, rows, columns}
        : new long[] {numBatches, numKeyHeads, rows, columns};
  }

  /** Scores, contiguous: [B, G, R, K]. */
  Layout scores(DType dtype) {
    return Layout.contiguous(dtype, scoreShape());
  }

  /** Scores as rows for softmax: [B · G · R, K]. */
  Layout scoreRows(DType dtype) {
    return Layout.contiguous(dtype, numBatches * numKeyHeads * numRows, numKeys());
  }

  /** The tile's part of a bias [H, Tq, Tk]: [G, R, K]. */
  Layout bias() {
    long perHead = inputs.query().length() * inputs.key().length();
    return Layout.strided(
        inputs.bias().dtype(),
        new long[] {numKeyHeads, numRows, numKeys()},
        new long[] {inputs.groupSize() * perHead, inputs.key().length(), 1});
  }

  /** Where {@link #bias} begins in a tensor [H, Tq, Tk]. */
  long biasAddress(Tensor bias) {
    long element = (queryHead(0) * inputs.query().length() + firstRow) * inputs.key().length();
    return bias.address() + element * bias.dtype().bytes();
  }

  /** The scores of one sequence: [G, R, K]. */
  Layout scoresOfSequence() {
    return Layout.contiguous(DType.F32, numKeyHeads, numRows, numKeys());
  }
}

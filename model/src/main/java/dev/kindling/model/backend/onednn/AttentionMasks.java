package dev.kindling.model.backend.onednn;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Scratch;
import dev.kindling.model.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What is added to the scores of a tile so that rows do not look where they must not. */
final class AttentionMasks implements AutoCloseable {
  /** The exponential of what remains is exactly 0. */
  private static final float MASKED = -1e30f;

  private final Scratch causalMemory = new Scratch();
  private final Scratch paddingMemory = new Scratch();
  private Tensor causal;

  /** Layouts and addresses of everything that is added to one tile's scores, in their order. */
  record Addends(List<Layout> layouts, List<Long> addresses) {
    private void add(Layout layout, long address) {
      layouts.add(layout);
      addresses.add(address);
    }
  }

  Addends of(AttentionTile tile) {
    Addends addends = new Addends(new ArrayList<>(), new ArrayList<>());
    if (tile.inputs().causal() && tile.numKeys() > 1) {
      addends.add(
          Layout.contiguous(DType.F32, 1, 1, tile.numRows(), tile.numKeys()),
          causal(tile).address());
    }
    if (tile.inputs().keyLengths() != null) {
      addends.add(tile.keysOfSequences(), padding(tile).address());
    }
    return addends;
  }

  /**
   * [R, K]. Rebuilt when the shape changes, which the order of the tiles makes rare: one mask per
   * block of rows would take memory that grows with T².
   */
  private Tensor causal(AttentionTile tile) {
    if (causal == null || causal.dim(0) != tile.numRows() || causal.dim(1) != tile.numKeys()) {
      causal = causalMemory.tensor(DType.F32, tile.numRows(), tile.numKeys());
      float[] row = new float[Math.toIntExact(tile.numKeys())];
      Arrays.fill(row, Math.toIntExact(tile.firstRow()), row.length, MASKED);
      for (long i = 0; i < tile.numRows(); i++) {
        row[Math.toIntExact(tile.firstRow() + i)] = 0;
        causal.write(i * row.length, row, 0, row.length);
      }
    }
    return causal;
  }

  /** [B, K]. */
  private Tensor padding(AttentionTile tile) {
    int numKeys = Math.toIntExact(tile.numKeys());
    Tensor padding = paddingMemory.tensor(DType.F32, tile.numBatches(), numKeys);
    int[] lengths = new int[Math.toIntExact(tile.numBatches())];
    tile.inputs().keyLengths().read(tile.firstBatch(), lengths, 0, lengths.length);
    float[] row = new float[numKeys];
    for (int i = 0; i < lengths.length; i++) {
      int length = Math.min(lengths[i], numKeys);
      Arrays.fill(row, 0, length, 0f);
      Arrays.fill(row, length, numKeys, MASKED);
      padding.write((long) i * numKeys, row, 0, numKeys);
    }
    return padding;
  }

  @Override
  public void close() {
    causalMemory.close();
    paddingMemory.close();
  }
}

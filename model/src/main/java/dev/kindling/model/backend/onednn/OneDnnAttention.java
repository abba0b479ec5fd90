package dev.kindling.model.backend.onednn;

import dev.kindling.model.backend.onednn.Primitives.Matmul;
import dev.kindling.model.backend.onednn.Primitives.Softmax;
import dev.kindling.model.backend.onednn.Primitives.SoftmaxBackward;
import dev.kindling.model.tensor.Tensor;
import java.util.Arrays;

/**
 * Causal attention, tile by tile. A tile is some sequences × some heads × some query rows × all
 * keys that those rows see; its scores fit the cache. Batched matmuls read q, k and v where they
 * lie in the fused buffer and write their gradients there. Backward computes the probabilities anew
 * (FlashAttention's idea, Dao et al. 2022, at the grain that suits a CPU library).
 *
 * <p>Legend: B = batch, T = length, H = heads, D = head size, R = query rows, K = keys seen.
 */
final class OneDnnAttention implements AutoCloseable {
  private static final long TILE_FLOATS = 256 * 1024;
  private static final long MOST_QUERY_ROWS = 128;

  /** Added where a row must not look; the exponential of what remains is exactly 0. */
  private static final float MASKED = -1e30f;

  private final Primitives primitives;
  private final Scratch probabilities = new Scratch();
  private final Scratch gradients = new Scratch();
  private final Scratch maskMemory = new Scratch();
  private Tensor mask;

  OneDnnAttention(Primitives primitives) {
    this.primitives = primitives;
  }

  /** What to do with one tile. */
  private interface TileKernel {
    void run(Tile tile);
  }

  /** One tile; offsets and layouts are in elements. */
  private record Tile(
      Geometry geometry,
      long firstBatch,
      long numBatches,
      long firstHead,
      long numHeads,
      long firstRow,
      long numRows) {
    long numKeys() {
      return firstRow + numRows;
    }

    /** Rows of q, of the output, or of their gradients: [B, H, R, D]. */
    Layout rows(long rowStride) {
      return heads(rowStride, numRows);
    }

    /** Keys or values: [B, H, K, D]. */
    Layout keys(long rowStride) {
      return heads(rowStride, numKeys());
    }

    Layout heads(long rowStride, long count) {
      return Layout.strided(
          new long[] {numBatches, numHeads, count, geometry.headSize()},
          new long[] {geometry.length() * rowStride, geometry.headSize(), rowStride, 1});
    }

    /** Scores, contiguous: [B, H, R, K]. */
    Layout scores() {
      return Layout.contiguous(numBatches, numHeads, numRows, numKeys());
    }

    /** Scores as rows for softmax: [B·H·R, K]. */
    Layout scoreRows() {
      return Layout.contiguous(numBatches * numHeads * numRows, numKeys());
    }

    /** The address of this tile's first head in row {@code row} of a [B, T, rowStride] tensor. */
    long address(Tensor tensor, long rowStride, long row, long column) {
      long element =
          (firstBatch * geometry.length() + row) * rowStride
              + column
              + firstHead * geometry.headSize();
      return tensor.address() + 4 * element;
    }
  }

  private record Geometry(long batch, long length, long width, long numHeads) {
    static Geometry of(Tensor qkv, int numHeads) {
      return new Geometry(qkv.dim(0), qkv.dim(1), qkv.dim(2) / 3, numHeads);
    }

    long headSize() {
      return width / numHeads;
    }

    long fused() {
      return 3 * width;
    }

    /** The last rows first: they see all keys, so their gradients may overwrite. */
    void forEachTile(TileKernel kernel) {
      long rows = Math.min(length, MOST_QUERY_ROWS);
      long floatsPerHead = rows * length;
      long heads = clamp(TILE_FLOATS / floatsPerHead, numHeads);
      long batches = clamp(TILE_FLOATS / (floatsPerHead * numHeads), batch);
      long lastStart = (length - 1) / rows * rows;
      for (long row = lastStart; row >= 0; row -= rows) {
        for (long b = 0; b < batch; b += batches) {
          for (long h = 0; h < numHeads; h += heads) {
            kernel.run(
                new Tile(
                    this,
                    b,
                    Math.min(batches, batch - b),
                    h,
                    Math.min(heads, numHeads - h),
                    row,
                    Math.min(rows, length - row)));
          }
        }
      }
    }
  }

  private static long clamp(long value, long most) {
    return Math.max(1, Math.min(value, most));
  }

  void forward(Tensor qkv, int numHeads, Tensor output) {
    Geometry geometry = Geometry.of(qkv, numHeads);
    long width = geometry.width();
    long fused = geometry.fused();
    geometry.forEachTile(
        tile -> {
          Tensor tileProbabilities = computeProbabilities(tile, qkv);
          primitives
              .get(Matmul.plain(tile.scores(), tile.keys(fused), tile.rows(width), false))
              .execute(
                  tileProbabilities.address(),
                  tile.address(qkv, fused, 0, 2 * width),
                  tile.address(output, width, tile.firstRow(), 0));
        });
  }

  void backward(Tensor outputGradient, Tensor qkv, int numHeads, Tensor qkvGradient) {
    Geometry geometry = Geometry.of(qkv, numHeads);
    geometry.forEachTile(tile -> tileBackward(tile, outputGradient, qkv, qkvGradient));
  }

  private void tileBackward(Tile tile, Tensor outputGradient, Tensor qkv, Tensor qkvGradient) {
    long width = tile.geometry().width();
    long fused = tile.geometry().fused();
    long row = tile.firstRow();
    boolean seenBefore = tile.numKeys() < tile.geometry().length();
    Layout scores = tile.scores();
    Layout outputRows = tile.rows(width);
    Layout keys = tile.keys(fused);
    long outputAddress = tile.address(outputGradient, width, row, 0);
    long probabilityAddress = computeProbabilities(tile, qkv).address();

    primitives
        .get(Matmul.plain(scores.transposed(), outputRows, keys, seenBefore))
        .execute(probabilityAddress, outputAddress, tile.address(qkvGradient, fused, 0, 2 * width));

    // The scale of the scores is applied here once; softmax's gradient is linear in its input.
    long scoreAddress = gradients.floats(scores.dims()).address();
    double scale = 1 / Math.sqrt((double) tile.geometry().headSize());
    primitives
        .get(new Matmul(outputRows, keys.transposed(), null, scores, scale, null, false))
        .execute(outputAddress, tile.address(qkv, fused, 0, 2 * width), scoreAddress);
    primitives
        .get(new SoftmaxBackward(tile.scoreRows()))
        .execute(probabilityAddress, scoreAddress, scoreAddress);

    primitives
        .get(Matmul.plain(scores, keys, tile.rows(fused), false))
        .execute(
            scoreAddress,
            tile.address(qkv, fused, 0, width),
            tile.address(qkvGradient, fused, row, 0));
    primitives
        .get(Matmul.plain(scores.transposed(), tile.rows(fused), keys, seenBefore))
        .execute(
            scoreAddress,
            tile.address(qkv, fused, row, 0),
            tile.address(qkvGradient, fused, 0, width));
  }

  /** Softmax of the masked scores, in scratch: [B, H, R, K]. */
  private Tensor computeProbabilities(Tile tile, Tensor qkv) {
    long fused = tile.geometry().fused();
    Tensor scores = probabilities.floats(tile.scores().dims());
    Layout keys = tile.keys(fused).transposed();
    Layout maskLayout = Layout.contiguous(1, 1, tile.numRows(), tile.numKeys());
    double scale = 1 / Math.sqrt((double) tile.geometry().headSize());
    primitives
        .get(new Matmul(tile.rows(fused), keys, null, tile.scores(), scale, maskLayout, false))
        .execute(
            tile.address(qkv, fused, tile.firstRow(), 0),
            tile.address(qkv, fused, 0, tile.geometry().width()),
            scores.address(),
            mask(tile).address());
    primitives
        .get(new Softmax(tile.scoreRows(), false))
        .execute(scores.address(), scores.address());
    return scores;
  }

  /**
   * [R, K]: what to add to the scores. Rebuilt when the shape changes, which the order of the tiles
   * makes rare: one mask per block of rows would take memory that grows with T².
   */
  private Tensor mask(Tile tile) {
    if (mask == null || mask.dim(0) != tile.numRows() || mask.dim(1) != tile.numKeys()) {
      mask = maskMemory.floats(tile.numRows(), tile.numKeys());
      float[] row = new float[Math.toIntExact(tile.numKeys())];
      Arrays.fill(row, Math.toIntExact(tile.firstRow()), row.length, MASKED);
      for (long i = 0; i < tile.numRows(); i++) {
        row[Math.toIntExact(tile.firstRow() + i)] = 0;
        mask.write(i * row.length, row, 0, row.length);
      }
    }
    return mask;
  }

  @Override
  public void close() {
    probabilities.close();
    gradients.close();
    maskMemory.close();
  }
}

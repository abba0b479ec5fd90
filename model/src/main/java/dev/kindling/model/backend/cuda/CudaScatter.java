package dev.kindling.model.backend.cuda;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Scratch;
import dev.kindling.model.tensor.Tensor;

/**
 * Adds rows to those of a table, in a fixed order: rows are sorted by where they go, and rows with
 * one target, which lie side by side then, are added up in tiles.
 */
final class CudaScatter implements AutoCloseable {
  private static final int WARP = 32;
  private static final int CHUNK = 1024;
  private static final int DIGIT_BITS = 8;
  private static final int NUM_DIGITS = 1 << DIGIT_BITS;
  private static final int THREADS = 128;

  /** About so many tiles keep a GPU busy, and their sums in its cache. */
  private static final int NUM_TILES = 1024;

  /** Ids in ascending order, and with each the row that it came from. */
  private record SortedRows(Tensor ids, Tensor rows) {}

  private final CudaEngine engine;
  private final Scratch sortMemory;
  private final Scratch sumMemory;

  CudaScatter(CudaEngine engine) {
    this.engine = engine;
    this.sortMemory = new Scratch(engine.memory());
    this.sumMemory = new Scratch(engine.memory());
  }

  /** tableGradient[rows[i]] += outputGradient[i]; -1 adds to none. */
  void addRows(Tensor outputGradient, Tensor rows, Tensor tableGradient) {
    DType dtype = outputGradient.dtype();
    int numRows = Math.toIntExact(rows.numElements());
    long numColumns = tableGradient.dim(1);
    SortedRows sorted = sort(dtype, rows, Math.toIntExact(tableGradient.dim(0)));
    int rowsPerTile = WARP * Math.max(1, numRows / (WARP * NUM_TILES));
    long numTiles = Tiling.numTiles(numRows, rowsPerTile);
    Tensor partials = sumMemory.tensor(DType.F32, numTiles, 2, numColumns);
    boolean vectors = Tiling.hasVectorRows(dtype, numColumns, outputGradient, tableGradient);
    String suffix = vectors ? "_vectors" : "";
    int columnsPerWarp = WARP * (vectors ? Tiling.vectorSize(dtype) : 1);
    int numColumnTiles = Math.toIntExact(Tiling.numTiles(numColumns, columnsPerWarp));
    int floatsInTable = tableGradient.dtype() == DType.F32 ? 1 : 0;
    long numBlocks = Tiling.numTiles(numTiles, THREADS / WARP);
    engine
        .kernel("scatter", dtype, "scatter_add_tiles" + suffix)
        .grid(numBlocks, numColumnTiles, 1)
        .block(THREADS)
        .arg(outputGradient)
        .arg(sorted.ids)
        .arg(sorted.rows)
        .arg(numRows)
        .arg(rowsPerTile)
        .arg(tableGradient)
        .arg(floatsInTable)
        .arg(partials)
        .arg(numColumns)
        .start();
    if (numTiles > 1) {
      engine
          .kernel("scatter", dtype, "scatter_add_crossing" + suffix)
          .grid(numBlocks, numColumnTiles, 1)
          .block(THREADS)
          .arg(sorted.ids)
          .arg(numRows)
          .arg(rowsPerTile)
          .arg(partials)
          .arg(tableGradient)
          .arg(floatsInTable)
          .arg(numColumns)
          .start();
    }
  }

  /** Sorts by the digits of the ids, from the last to the first; each time stably. */
  private SortedRows sort(DType dtype, Tensor ids, int numIds) {
    int numRows = Math.toIntExact(ids.numElements());
    int numChunks = (int) Tiling.numTiles(numRows, CHUNK);
    Tensor memory =
        sortMemory.tensor(DType.I32, 4L * numRows + (long) NUM_DIGITS * numChunks + NUM_DIGITS);
    Tensor[] buffers = new Tensor[4];
    for (int i = 0; i < buffers.length; i++) {
      buffers[i] = memory.slice((long) i * numRows, numRows);
    }
    Tensor counts = memory.slice(4L * numRows, NUM_DIGITS, numChunks);
    Tensor totals = memory.slice(memory.numElements() - NUM_DIGITS, NUM_DIGITS);
    // The digits also have to hold what stands for -1, which is numIds.
    int numBits = Integer.SIZE - Integer.numberOfLeadingZeros(numIds);
    SortedRows from = new SortedRows(ids, null);
    SortedRows to = new SortedRows(buffers[0], buffers[1]);
    SortedRows next = new SortedRows(buffers[2], buffers[3]);
    for (int shift = 0; shift < numBits; shift += DIGIT_BITS) {
      engine
          .kernel("scatter", dtype, "count_digits")
          .grid(numChunks)
          .block(CHUNK)
          .arg(from.ids)
          .arg(numRows)
          .arg(numIds)
          .arg(shift)
          .arg(counts)
          .start();
      engine
          .kernel("scatter", dtype, "add_up_chunks")
          .grid(NUM_DIGITS)
          .block(NUM_DIGITS)
          .arg(counts)
          .arg(numChunks)
          .arg(totals)
          .start();
      engine
          .kernel("scatter", dtype, "place_by_digit")
          .grid(numChunks)
          .block(CHUNK)
          .arg(from.ids)
          .arg(from.rows)
          .arg(numRows)
          .arg(numIds)
          .arg(shift)
          .arg(counts)
          .arg(totals)
          .arg(to.ids)
          .arg(to.rows)
          .start();
      from = to;
      to = next;
      next = from;
    }
    return from;
  }

  @Override
  public void close() {
    sortMemory.close();
    sumMemory.close();
  }
}

package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.Matrix;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Scratch;
import dev.kindling.model.tensor.Tensor;

/**
 * Sums over the rows of a matrix. A tall one is cut into parts, whose sums are added up in turn, so
 * that all multiprocessors have work and the order of all additions is fixed.
 */
final class CudaColumnSums implements AutoCloseable {
  private static final int THREADS = 256;
  private static final int BLOCKS_PER_MULTIPROCESSOR = 8;

  /** So many rows are not worth a second kernel; and there are at most so many parts. */
  private static final long MAX_ROWS_AT_ONCE = 1024;

  private static final int MIN_ROWS_PER_THREAD = 16;

  private final CudaEngine engine;
  private final Scratch partMemory;

  CudaColumnSums(CudaEngine engine) {
    this.engine = engine;
    this.partMemory = new Scratch(engine.memory());
  }

  /** sums[j] += the sum over i of matrix[i, j], which is F32 or BF16; sums are F32. */
  void addTo(Matrix matrix, Tensor sums) {
    DType dtype = matrix.tensor().dtype();
    Tensor source =
        matrix.tensor().slice(matrix.offset(), matrix.tensor().numElements() - matrix.offset());
    int vectorSize = Tiling.vectorSize(dtype);
    boolean vectors =
        matrix.columnStride() == 1
            && matrix.rowStride() % vectorSize == 0
            && Tiling.hasVectorRows(dtype, matrix.numColumns(), source);
    int width = vectors ? vectorSize : 1;
    int columnThreads = columnThreads(matrix, width);
    int rowThreads = THREADS / columnThreads;
    long numTiles = Tiling.numTiles(matrix.numColumns(), (long) columnThreads * width);
    long rowsPerPart = rowsPerPart(matrix.numRows(), numTiles, rowThreads);
    int numParts = (int) Tiling.numTiles(matrix.numRows(), rowsPerPart);
    Tensor target =
        numParts == 1 ? sums : partMemory.tensor(DType.F32, numParts, matrix.numColumns());
    engine
        .kernel("column_sums", dtype, vectors ? "column_sums_vectors" : "column_sums")
        .grid(numTiles, numParts, 1)
        .block(columnThreads, rowThreads)
        .arg(source)
        .arg(matrix.numRows())
        .arg(matrix.numColumns())
        .arg(matrix.rowStride())
        .arg(matrix.columnStride())
        .arg(rowsPerPart)
        .arg(target)
        .start();
    if (numParts > 1) {
      addTo(Matrix.of(target), sums);
    }
  }

  /**
   * Threads side by side, a power of two. Along columns that lie side by side, a few for many rows
   * at once and more where blocks are tall; one where it is the rows that lie side by side.
   */
  private static int columnThreads(Matrix matrix, int width) {
    if (matrix.columnStride() > matrix.rowStride()) {
      return 1;
    }
    int most = matrix.numRows() <= MAX_ROWS_AT_ONCE ? 8 : 32;
    long wanted = Tiling.numTiles(matrix.numColumns(), width);
    return wanted >= most ? most : (int) Long.highestOneBit(2 * wanted - 1);
  }

  private long rowsPerPart(long numRows, long numTiles, int rowThreads) {
    if (numRows <= MAX_ROWS_AT_ONCE) {
      return numRows;
    }
    long numBlocks = (long) BLOCKS_PER_MULTIPROCESSOR * engine.numMultiprocessors();
    long numParts =
        Math.min(
            Math.min(MAX_ROWS_AT_ONCE, Tiling.numTiles(numBlocks, numTiles)),
            Tiling.numTiles(numRows, (long) MIN_ROWS_PER_THREAD * rowThreads));
    return Tiling.numTiles(numRows, numParts);
  }

  @Override
  public void close() {
    partMemory.close();
  }
}

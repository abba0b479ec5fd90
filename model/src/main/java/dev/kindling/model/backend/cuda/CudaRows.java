package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.Heads;
import dev.kindling.model.backend.Matrix;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Scratch;
import dev.kindling.model.tensor.Tensor;

/** Look-ups of rows, rotary positions and relative biases. */
final class CudaRows implements AutoCloseable {
  private static final int THREADS = 256;
  private static final int GATHERS_PER_BLOCK = 8;

  /** Rows of one block share the frequencies of their rotation, and each row its angles. */
  private static final int MAX_ROTATIONS_PER_BLOCK = 16;

  private static final int MAX_ANGLES_PER_BLOCK = 2048;

  private static final int BIAS_THREADS = 128;
  private static final int BUCKETS_PER_BLOCK = 32;
  private static final long MIN_PLACES_PER_PART = 4096;
  private static final long MAX_PARTS = 1024;

  private final CudaEngine engine;
  private final CudaColumnSums columnSums;
  private final Scratch biasMemory;

  CudaRows(CudaEngine engine, CudaColumnSums columnSums) {
    this.engine = engine;
    this.columnSums = columnSums;
    this.biasMemory = new Scratch(engine.memory());
  }

  /** output[i] = table[rows[i]] (+ output[i]); -1 stands for a row of zeros. */
  void gather(Tensor table, Tensor rows, Tensor output, boolean accumulate) {
    long numColumns = table.dim(1);
    boolean vectors = Tiling.hasVectorRows(table.dtype(), numColumns, table, output);
    engine
        .kernel("rows", table.dtype(), vectors ? "gather_rows_vectors" : "gather_rows")
        .grid(Tiling.numTiles(rows.numElements(), GATHERS_PER_BLOCK))
        .block(THREADS)
        .arg(table)
        .arg(rows)
        .arg(output)
        .arg(accumulate ? 1 : 0)
        .arg(rows.numElements())
        .arg(numColumns)
        .start();
  }

  /** Turns the pairs of all heads by their angles, or back. */
  void rotateInPlace(Heads heads, Tensor positions, double theta, boolean inverse) {
    Tensor source =
        heads.tensor().slice(heads.offset(), heads.tensor().numElements() - heads.offset());
    DType dtype = source.dtype();
    int headSize = Math.toIntExact(heads.headSize());
    int half = headSize / 2;
    int vectorSize = Tiling.vectorSize(dtype);
    boolean vectors =
        heads.batchStride() % vectorSize == 0
            && heads.rowStride() % vectorSize == 0
            && Tiling.hasVectorRows(dtype, half, source);
    long numRows = positions.numElements();
    int rowsPerBlock = Math.max(1, Math.min(MAX_ROTATIONS_PER_BLOCK, MAX_ANGLES_PER_BLOCK / half));
    engine
        .kernel("rows", dtype, vectors ? "rotate_heads_vectors" : "rotate_heads")
        .grid(Tiling.numTiles(numRows, rowsPerBlock))
        .block(THREADS)
        .shared(half * Double.BYTES + 2 * rowsPerBlock * half * Float.BYTES)
        .arg(source)
        .arg(numRows)
        .arg(heads.length())
        .arg(heads.numHeads())
        .arg(headSize)
        .arg(heads.batchStride())
        .arg(heads.rowStride())
        .arg(positions)
        .arg(Math.log(theta) / Math.log(2))
        .arg(inverse ? 1 : 0)
        .arg(rowsPerBlock)
        .start();
  }

  /** bias[h, q, k] = table[buckets[q, k], h]. */
  void relativeBiasForward(Tensor table, Tensor buckets, Tensor bias) {
    engine
        .kernel("rows", DType.F32, "relative_bias_forward")
        .grid(Tiling.numTiles(buckets.numElements(), THREADS))
        .block(THREADS)
        .arg(table)
        .arg(buckets)
        .arg(bias)
        .arg(buckets.numElements())
        .arg((int) table.dim(1))
        .start();
  }

  /** tableGradient[b, h] += the sum of biasGradient[h, q, k] where buckets[q, k] is b. */
  void relativeBiasBackward(Tensor biasGradient, Tensor buckets, Tensor tableGradient) {
    long numPlaces = buckets.numElements();
    int numBuckets = Math.toIntExact(tableGradient.dim(0));
    int numHeads = Math.toIntExact(tableGradient.dim(1));
    long placesPerPart = Math.max(MIN_PLACES_PER_PART, Tiling.numTiles(numPlaces, MAX_PARTS));
    long numParts = Tiling.numTiles(numPlaces, placesPerPart);
    Tensor partials = biasMemory.tensor(DType.F32, numParts, tableGradient.numElements());
    engine
        .kernel("rows", DType.F32, "relative_bias_backward")
        .grid(numParts, numHeads, (int) Tiling.numTiles(numBuckets, BUCKETS_PER_BLOCK))
        .block(BIAS_THREADS)
        .arg(biasGradient)
        .arg(buckets)
        .arg(partials)
        .arg(numPlaces)
        .arg(placesPerPart)
        .arg(numBuckets)
        .start();
    columnSums.addTo(Matrix.of(partials), tableGradient);
  }

  @Override
  public void close() {
    biasMemory.close();
  }
}

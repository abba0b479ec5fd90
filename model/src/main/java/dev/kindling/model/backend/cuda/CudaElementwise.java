package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.Matrix;
import dev.kindling.model.tensor.BFloat16;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;

/** Filling, copying, scaling and adding. */
final class CudaElementwise {
  /** Rows that one thread of {@code copy_matrix} handles. */
  private static final int ROWS_PER_THREAD = 4;

  /** Rows and columns of one block of {@code copy_transposed}. */
  private static final int SIDE = 64;

  private final CudaEngine engine;
  private final ElementKernels kernels;

  CudaElementwise(CudaEngine engine) {
    this.engine = engine;
    this.kernels = new ElementKernels(engine, "elementwise");
  }

  void fill(Tensor target, double value) {
    kernels.over(sameSize(target), "fill", target).arg(bits(target.dtype(), value)).start();
  }

  private static int bits(DType dtype, double value) {
    return switch (dtype) {
      case F32 -> Float.floatToRawIntBits((float) value);
      case BF16 -> BFloat16.fromDouble(value);
      case I32 -> (int) value;
      case F64 -> throw new IllegalArgumentException("Cannot fill F64: expected F32, BF16 or I32");
    };
  }

  /** The type for which kernels are compiled that move elements without computing. */
  private static DType sameSize(Tensor tensor) {
    return tensor.dtype() == DType.BF16 ? DType.BF16 : DType.F32;
  }

  void copy(Tensor source, Tensor target) {
    if (source.dtype() == target.dtype()) {
      kernels.over(sameSize(source), "copy", source, target).start();
    } else {
      String name = source.dtype() == DType.BF16 ? "widen" : "narrow";
      kernels.over(DType.F32, name, source, target).start();
    }
  }

  void copy(Matrix source, Matrix target) {
    boolean byRows = hasNeighboursInRow(source);
    Matrix from = byRows ? source : source.transposed();
    Matrix to = byRows ? target : target.transposed();
    if (hasNeighboursInRow(to)) {
      copyRows(from, to);
    } else {
      copyTransposed(from, to);
    }
  }

  private static boolean hasNeighboursInRow(Matrix matrix) {
    return matrix.columnStride() <= matrix.rowStride();
  }

  private void copyRows(Matrix source, Matrix target) {
    DType dtype = sameSize(source.tensor());
    int vectorSize = Tiling.vectorSize(dtype);
    boolean vectors = hasVectors(source, vectorSize) && hasVectors(target, vectorSize);
    long numVectors = source.numColumns() / (vectors ? vectorSize : 1);
    int threadsPerRow =
        (int) Math.min(ElementKernels.THREADS, Long.highestOneBit(2 * numVectors - 1));
    int rowsPerBlock = ElementKernels.THREADS / threadsPerRow * ROWS_PER_THREAD;
    Launch launch =
        kernels
            .variant(dtype, "copy_matrix", vectors)
            .block(threadsPerRow, ElementKernels.THREADS / threadsPerRow)
            .grid(
                Tiling.numTiles(source.numRows(), rowsPerBlock)
                    * Tiling.numTiles(numVectors, threadsPerRow));
    start(launch, source, target);
  }

  /** Whether every row consists of vectors that are aligned. */
  private static boolean hasVectors(Matrix matrix, int vectorSize) {
    return matrix.columnStride() == 1
        && matrix.rowStride() % vectorSize == 0
        && matrix.numColumns() % vectorSize == 0
        && CudaEngine.isAligned(start(matrix));
  }

  private void copyTransposed(Matrix source, Matrix target) {
    Launch launch =
        engine
            .kernel("elementwise", sameSize(source.tensor()), "copy_transposed")
            .block(ElementKernels.THREADS)
            .grid(
                Tiling.numTiles(source.numRows(), SIDE)
                    * Tiling.numTiles(source.numColumns(), SIDE));
    start(launch, source, target);
  }

  private static void start(Launch launch, Matrix source, Matrix target) {
    launch
        .arg(start(source))
        .arg(source.rowStride())
        .arg(source.columnStride())
        .arg(start(target))
        .arg(target.rowStride())
        .arg(target.columnStride())
        .arg(source.numRows())
        .arg(source.numColumns())
        .start();
  }

  /** Where a matrix starts. */
  private static Tensor start(Matrix matrix) {
    return matrix.tensor().slice(matrix.offset(), 1);
  }

  void scaleInPlace(Tensor target, double factor) {
    kernels.over(target.dtype(), "scale", target).arg((float) factor).start();
  }

  void add(Tensor left, Tensor right, Tensor sum) {
    kernels.over(left.dtype(), "add", left, right, sum).start();
  }
}

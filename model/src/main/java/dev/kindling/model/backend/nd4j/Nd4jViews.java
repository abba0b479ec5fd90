package dev.kindling.model.backend.nd4j;

import dev.kindling.model.backend.Matrix;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J arrays over Kindling's memory: what one writes, the other reads. */
final class Nd4jViews {
  private Nd4jViews() {}

  /** The tensor in its own shape. */
  static INDArray of(Tensor tensor) {
    return Nd4j.create(buffer(tensor), tensor.shape());
  }

  /** The tensor's elements in a row. */
  static INDArray flat(Tensor tensor) {
    return Nd4j.create(buffer(tensor), tensor.numElements());
  }

  /** The tensor as [rows, last dim]. */
  static INDArray rowsOf(Tensor tensor) {
    long numColumns = tensor.dim(tensor.numDims() - 1);
    return Nd4j.create(buffer(tensor), tensor.numElements() / numColumns, numColumns);
  }

  /** A strided view. */
  static INDArray of(Matrix matrix) {
    return Nd4j.create(
        buffer(matrix.tensor()),
        new long[] {matrix.numRows(), matrix.numColumns()},
        new long[] {matrix.rowStride(), matrix.columnStride()},
        matrix.offset(),
        'c');
  }

  /** A contiguous copy, for products: ND4J does not take every stride in them. */
  static INDArray copyOf(Matrix matrix) {
    return of(matrix).dup('c');
  }

  /** A new array of a tensor's dtype. */
  static INDArray rounded(double[][] values, DType dtype) {
    return Nd4j.create(values).castTo(dataType(dtype));
  }

  private static DataType dataType(DType dtype) {
    return switch (dtype) {
      case F64 -> DataType.DOUBLE;
      case F32 -> DataType.FLOAT;
      case BF16 -> DataType.BFLOAT16;
      case I32 -> DataType.INT32;
    };
  }

  private static DataBuffer buffer(Tensor tensor) {
    return Nd4j.createBuffer(tensor.pointer(), tensor.numElements(), dataType(tensor.dtype()));
  }
}

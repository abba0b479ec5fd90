package dev.kindling.model.backend.nd4j;

import dev.kindling.model.backend.Matrix;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.function.Consumer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * ND4J arrays of Kindling's tensors, which lie in the host's memory. On the CPU the two share it.
 * On a GPU an array is a copy on the device, so whatever changes a tensor goes through the methods
 * that write, which copy the result back.
 */
final class Nd4jViews {
  private final boolean copies;

  /**
   * Arrays of one kind.
   *
   * @param copies whether arrays have memory of their own, as they must where ND4J computes on
   *     another device; slower otherwise, to the same results
   */
  Nd4jViews(boolean copies) {
    this.copies = copies;
  }

  /** The tensor in its own shape, to read. */
  INDArray of(Tensor tensor) {
    return Nd4j.create(buffer(tensor), tensor.shape());
  }

  /** The tensor's elements in a row, to read. */
  INDArray flat(Tensor tensor) {
    return Nd4j.create(buffer(tensor), tensor.numElements());
  }

  /** The tensor as [rows, last dim], to read. */
  INDArray rowsOf(Tensor tensor) {
    return of(asRows(tensor));
  }

  /** A strided view, to read. */
  INDArray of(Matrix matrix) {
    return strided(buffer(matrix.tensor()), matrix);
  }

  /** A contiguous copy, for products: ND4J does not take every stride in them. */
  INDArray copyOf(Matrix matrix) {
    return of(matrix).dup('c');
  }

  /** Sets all elements of a tensor to those of an array of as many, in the same order. */
  void set(Tensor target, INDArray values) {
    write(target.reshape(values.shape()), view -> view.assign(values));
  }

  /** Sets all elements of a matrix. */
  void set(Matrix target, INDArray values) {
    write(target, view -> view.assign(values));
  }

  /** Adds an array of the same shape to a tensor. */
  void add(Tensor target, INDArray values) {
    write(target, view -> view.addi(values));
  }

  /** Changes a tensor, which is seen in its own shape. */
  void write(Tensor target, Consumer<INDArray> change) {
    DataBuffer buffer = buffer(target);
    change.accept(Nd4j.create(buffer, target.shape()));
    copyBack(buffer, target);
  }

  /** Changes a strided view of a tensor. */
  void write(Matrix target, Consumer<INDArray> change) {
    DataBuffer buffer = buffer(target.tensor());
    change.accept(strided(buffer, target));
    copyBack(buffer, target.tensor());
  }

  /** A tensor as [rows, last dim]. */
  static Tensor asRows(Tensor tensor) {
    long numColumns = tensor.dim(tensor.numDims() - 1);
    return tensor.reshape(tensor.numElements() / numColumns, numColumns);
  }

  /** A new array of a tensor's dtype. */
  static INDArray rounded(double[][] values, DType dtype) {
    return Nd4j.create(values).castTo(dataType(dtype));
  }

  private static INDArray strided(DataBuffer buffer, Matrix matrix) {
    return Nd4j.create(
        buffer,
        new long[] {matrix.numRows(), matrix.numColumns()},
        new long[] {matrix.rowStride(), matrix.columnStride()},
        matrix.offset(),
        'c');
  }

  private DataBuffer buffer(Tensor tensor) {
    if (!copies) {
      return Nd4j.createBuffer(tensor.pointer(), tensor.numElements(), dataType(tensor.dtype()));
    }
    return switch (tensor.dtype()) {
      case F64 -> Nd4j.createBuffer(tensor.toDoubles());
      case F32 -> Nd4j.createBuffer(floats(tensor));
      case I32 -> Nd4j.createBuffer(tensor.toInts());
      case BF16 -> throw unsupported();
    };
  }

  private void copyBack(DataBuffer buffer, Tensor tensor) {
    if (copies) {
      switch (tensor.dtype()) {
        case F64 -> tensor.setDoubles(buffer.asDouble());
        case F32 -> tensor.write(0, buffer.asFloat(), 0, Math.toIntExact(tensor.numElements()));
        case I32 -> tensor.write(0, buffer.asInt(), 0, Math.toIntExact(tensor.numElements()));
        case BF16 -> throw unsupported();
      }
    }
  }

  private static float[] floats(Tensor tensor) {
    float[] floats = new float[Math.toIntExact(tensor.numElements())];
    tensor.read(0, floats, 0, floats.length);
    return floats;
  }

  private static DataType dataType(DType dtype) {
    return switch (dtype) {
      case F64 -> DataType.DOUBLE;
      case F32 -> DataType.FLOAT;
      case I32 -> DataType.INT32;
      case BF16 -> throw unsupported();
    };
  }

  private static IllegalArgumentException unsupported() {
    return new IllegalArgumentException("ND4J's kernels compute in F32 and F64, not in BF16");
  }
}

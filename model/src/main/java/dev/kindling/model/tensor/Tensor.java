package dev.kindling.model.tensor;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;

/**
 * A contiguous, row-major view of off-heap memory. It does not own the memory: whoever allocated
 * that closes it, and any use after that throws {@link IllegalStateException}.
 */
public final class Tensor {
  private final OffHeapMemory memory;
  private final long byteOffset;
  private final DType dtype;
  private final long[] shape;
  private final long numElements;

  Tensor(OffHeapMemory memory, long byteOffset, DType dtype, long... shape) {
    this.memory = memory;
    this.byteOffset = byteOffset;
    this.dtype = dtype;
    this.shape = shape.clone();
    this.numElements = numElements(shape);
    long end = Math.addExact(byteOffset, numElements * dtype.bytes());
    if (byteOffset < 0 || end > memory.numBytes()) {
      throw new IllegalArgumentException(
          "A tensor of "
              + dtype
              + Arrays.toString(shape)
              + " at byte "
              + byteOffset
              + " does not fit into "
              + memory.numBytes()
              + " bytes");
    }
  }

  /**
   * The product of the dims.
   *
   * @throws IllegalArgumentException if a dim is negative
   * @throws ArithmeticException if the product does not fit into a long
   */
  public static long numElements(long... shape) {
    long product = 1;
    for (long dim : shape) {
      if (dim < 0) {
        throw new IllegalArgumentException(
            "Shape " + Arrays.toString(shape) + " has a negative dim");
      }
      product = Math.multiplyExact(product, dim);
    }
    return product;
  }

  /** The elements' type. */
  public DType dtype() {
    return dtype;
  }

  /** A copy of the dims. */
  public long[] shape() {
    return shape.clone();
  }

  /** One dim, counted from 0. */
  public long dim(int index) {
    return shape[index];
  }

  /** The number of dims. */
  public int numDims() {
    return shape.length;
  }

  /** The product of the dims. */
  public long numElements() {
    return numElements;
  }

  /** Bytes of all elements. */
  public long numBytes() {
    return numElements * dtype.bytes();
  }

  /** The address of the first element. */
  public long address() {
    return memory.address() + byteOffset;
  }

  /** A JavaCPP pointer to the first element, typed as the dtype says (BF16 as raw memory). */
  public Pointer pointer() {
    return pointer(0, numElements);
  }

  private Pointer pointer(long offset, long length) {
    Pointer start = new Address(address() + offset * dtype.bytes());
    return switch (dtype) {
      case F64 -> new DoublePointer(start).capacity(length);
      case F32 -> new FloatPointer(start).capacity(length);
      case I32 -> new IntPointer(start).capacity(length);
      case BF16 -> start.capacity(length * dtype.bytes());
    };
  }

  /**
   * The memory of the elements as bytes, of which changes are seen here.
   *
   * @throws IllegalArgumentException if there are 2 GiB or more
   */
  public ByteBuffer byteBuffer() {
    if (numBytes() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(this + " has too many bytes for one buffer");
    }
    return new BytePointer(new Address(address())).capacity(numBytes()).asByteBuffer();
  }

  /** The same elements under another shape of the same size. */
  public Tensor reshape(long... newShape) {
    if (numElements(newShape) != numElements) {
      throw new IllegalArgumentException(
          "Cannot view " + this + " as " + Arrays.toString(newShape) + ": the sizes differ");
    }
    return new Tensor(memory, byteOffset, dtype, newShape);
  }

  /** The same memory with elements of another type and shape, of as many bytes. */
  public Tensor as(DType newDtype, long... newShape) {
    if (numElements(newShape) * newDtype.bytes() != numBytes()) {
      throw new IllegalArgumentException(
          "Cannot view "
              + this
              + " as "
              + newDtype
              + Arrays.toString(newShape)
              + ": the sizes differ");
    }
    return new Tensor(memory, byteOffset, newDtype, newShape);
  }

  /** A view of {@code newShape} that starts at element {@code offset}. */
  public Tensor slice(long offset, long... newShape) {
    checkRange(offset, numElements(newShape));
    return new Tensor(memory, byteOffset + offset * dtype.bytes(), dtype, newShape);
  }

  /** Copies elements {@code offset…offset+length} of an F32 tensor into an array. */
  public void read(long offset, float[] destination, int destinationOffset, int length) {
    floats(offset, length).get(destination, destinationOffset, length);
  }

  /** Copies an array into elements {@code offset…offset+length} of an F32 tensor. */
  public void write(long offset, float[] source, int sourceOffset, int length) {
    floats(offset, length).put(source, sourceOffset, length);
  }

  /** Copies elements of an I32 tensor into an array. */
  public void read(long offset, int[] destination, int destinationOffset, int length) {
    ints(offset, length).get(destination, destinationOffset, length);
  }

  /** Copies an array into elements of an I32 tensor. */
  public void write(long offset, int[] source, int sourceOffset, int length) {
    ints(offset, length).put(source, sourceOffset, length);
  }

  /**
   * Copies the little-endian bytes of {@code length} elements of any dtype into an array.
   *
   * @param offset the first element
   * @param length the number of elements
   */
  public void readBytes(long offset, int length, byte[] destination, int destinationOffset) {
    bytes(offset, length).get(destination, destinationOffset, byteLength(length));
  }

  /** The reverse of {@link #readBytes}. */
  public void writeBytes(long offset, int length, byte[] source, int sourceOffset) {
    bytes(offset, length).put(source, sourceOffset, byteLength(length));
  }

  /** One element of an F32 tensor; for a few of them, not for loops over all. */
  public float getFloat(long index) {
    return floats(index, 1).get();
  }

  /** Sets one element of an F32 tensor; for a few of them, not for loops over all. */
  public void setFloat(long index, float value) {
    floats(index, 1).put(value);
  }

  /** All elements of an I32 tensor. */
  public int[] toInts() {
    int[] values = new int[Math.toIntExact(numElements)];
    read(0, values, 0, values.length);
    return values;
  }

  /**
   * All elements as doubles, exactly.
   *
   * @throws IllegalArgumentException if they are integers
   */
  public double[] toDoubles() {
    double[] doubles = new double[Math.toIntExact(numElements)];
    switch (dtype) {
      case F64 -> ((DoublePointer) pointer()).get(doubles);
      case F32 -> {
        float[] floats = new float[doubles.length];
        read(0, floats, 0, floats.length);
        Arrays.setAll(doubles, i -> floats[i]);
      }
      case BF16 -> {
        short[] halves = new short[doubles.length];
        new ShortPointer(pointer()).get(halves);
        Arrays.setAll(doubles, i -> BFloat16.toFloat(halves[i]));
      }
      case I32 -> throw wrongType("F64, F32 or BF16");
    }
    return doubles;
  }

  /**
   * Sets the first elements from doubles, each rounded once to the dtype: to the nearest, and of
   * two that are equally near to the even one.
   *
   * @throws IllegalArgumentException if the elements are integers
   */
  public void setDoubles(double[] source) {
    checkRange(0, source.length);
    switch (dtype) {
      case F64 -> ((DoublePointer) pointer()).put(source);
      case F32 -> {
        float[] floats = new float[source.length];
        for (int i = 0; i < floats.length; i++) {
          floats[i] = (float) source[i];
        }
        write(0, floats, 0, floats.length);
      }
      case BF16 -> {
        short[] halves = new short[source.length];
        for (int i = 0; i < halves.length; i++) {
          halves[i] = BFloat16.fromDouble(source[i]);
        }
        new ShortPointer(pointer()).put(halves);
      }
      case I32 -> throw wrongType("F64, F32 or BF16");
    }
  }

  private BytePointer bytes(long offset, int length) {
    checkRange(offset, length);
    return new BytePointer(new Address(address() + offset * dtype.bytes()))
        .capacity(byteLength(length));
  }

  private int byteLength(int length) {
    return Math.multiplyExact(length, dtype.bytes());
  }

  private FloatPointer floats(long offset, int length) {
    if (dtype != DType.F32) {
      throw wrongType("F32");
    }
    checkRange(offset, length);
    return (FloatPointer) pointer(offset, length);
  }

  private IntPointer ints(long offset, int length) {
    if (dtype != DType.I32) {
      throw wrongType("I32");
    }
    checkRange(offset, length);
    return (IntPointer) pointer(offset, length);
  }

  private void checkRange(long offset, long length) {
    if (offset < 0 || length < 0 || offset > numElements - length) {
      throw new IndexOutOfBoundsException(
          "Elements " + offset + " to " + (offset + length) + " are not all in " + this);
    }
  }

  private IllegalArgumentException wrongType(String expected) {
    return new IllegalArgumentException(this + " was used where " + expected + " is expected");
  }

  @Override
  public String toString() {
    return dtype + Arrays.toString(shape);
  }

  /** A JavaCPP pointer made of a bare address; it owns nothing. */
  private static final class Address extends Pointer {
    Address(long address) {
      this.address = address;
    }
  }
}

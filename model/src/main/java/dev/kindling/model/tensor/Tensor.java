package dev.kindling.model.tensor;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;

/**
 * A contiguous, row-major view of off-heap memory, of the host or of a {@link DeviceMemory device}.
 * It does not own the memory: whoever allocated that closes it, and any use after that throws
 * {@link IllegalStateException}.
 */
public final class Tensor {
  /** What is copied from or to a device at once where it goes through a buffer. */
  private static final int COPIED_BYTES = 16 << 20;

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

  /** Whether the elements lie in the memory of the host, where Java's threads reach them. */
  public boolean isOnHost() {
    return memory.isOnHost();
  }

  /**
   * A JavaCPP pointer to the first element, typed as the dtype says (BF16 as raw memory).
   *
   * @throws IllegalStateException if the elements lie on a device
   */
  public Pointer pointer() {
    requireHost();
    return typed(new Address(address()), numElements);
  }

  private Pointer typed(Pointer start, long length) {
    return switch (dtype) {
      case F64 -> new DoublePointer(start).capacity(length);
      case F32 -> new FloatPointer(start).capacity(length);
      case I32 -> new IntPointer(start).capacity(length);
      case BF16 -> new ShortPointer(start).capacity(length);
    };
  }

  private void requireHost() {
    if (!isOnHost()) {
      throw new IllegalStateException(
          this
              + " lies on a device, where the host cannot reach it: copy it, or read and write it");
    }
  }

  /** Has elements read, out of a copy where they lie on a device. */
  private void read(long offset, long length, Consumer<Pointer> reader) {
    checkRange(offset, length);
    if (isOnHost()) {
      reader.accept(typed(new Address(address() + offset * dtype.bytes()), length));
    } else {
      try (BytePointer copy = new BytePointer(length * dtype.bytes())) {
        memory.device().copyToHost(byteOffset + offset * dtype.bytes(), copy, copy.capacity());
        reader.accept(typed(copy, length));
      }
    }
  }

  /** Has elements written, all of them, through a copy where they lie on a device. */
  private void write(long offset, long length, Consumer<Pointer> writer) {
    checkRange(offset, length);
    if (isOnHost()) {
      writer.accept(typed(new Address(address() + offset * dtype.bytes()), length));
    } else {
      try (BytePointer copy = new BytePointer(length * dtype.bytes())) {
        writer.accept(typed(copy, length));
        memory.device().copyFromHost(copy, byteOffset + offset * dtype.bytes(), copy.capacity());
      }
    }
  }

  /**
   * The memory of the elements as bytes, of which changes are seen here.
   *
   * @throws IllegalArgumentException if there are 2 GiB or more
   * @throws IllegalStateException if the elements lie on a device
   */
  public ByteBuffer byteBuffer() {
    requireHost();
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
    requireType(DType.F32);
    read(offset, length, from -> ((FloatPointer) from).get(destination, destinationOffset, length));
  }

  /** Copies an array into elements {@code offset…offset+length} of an F32 tensor. */
  public void write(long offset, float[] source, int sourceOffset, int length) {
    requireType(DType.F32);
    write(offset, length, to -> ((FloatPointer) to).put(source, sourceOffset, length));
  }

  /** Copies elements of an I32 tensor into an array. */
  public void read(long offset, int[] destination, int destinationOffset, int length) {
    requireType(DType.I32);
    read(offset, length, from -> ((IntPointer) from).get(destination, destinationOffset, length));
  }

  /** Copies an array into elements of an I32 tensor. */
  public void write(long offset, int[] source, int sourceOffset, int length) {
    requireType(DType.I32);
    write(offset, length, to -> ((IntPointer) to).put(source, sourceOffset, length));
  }

  /**
   * Copies the little-endian bytes of {@code length} elements of any dtype into an array.
   *
   * @param offset the first element
   * @param length the number of elements
   */
  public void readBytes(long offset, int length, byte[] destination, int destinationOffset) {
    int elements = elementsAtOnce(offset, length);
    for (int done = 0; done < length; done += elements) {
      int numBytes = Math.min(elements, length - done) * dtype.bytes();
      int to = destinationOffset + done * dtype.bytes();
      read(
          offset + done,
          numBytes / dtype.bytes(),
          from -> bytes(from, numBytes).get(destination, to, numBytes));
    }
  }

  /** The reverse of {@link #readBytes}. */
  public void writeBytes(long offset, int length, byte[] source, int sourceOffset) {
    int elements = elementsAtOnce(offset, length);
    for (int done = 0; done < length; done += elements) {
      int numBytes = Math.min(elements, length - done) * dtype.bytes();
      int from = sourceOffset + done * dtype.bytes();
      write(
          offset + done,
          numBytes / dtype.bytes(),
          to -> bytes(to, numBytes).put(source, from, numBytes));
    }
  }

  /** Those of a device pass through a buffer, which must not become as large as a model. */
  private int elementsAtOnce(long offset, int length) {
    checkRange(offset, length);
    Math.multiplyExact(length, dtype.bytes());
    return isOnHost() ? Math.max(1, length) : COPIED_BYTES / dtype.bytes();
  }

  /**
   * Copies all elements of a tensor of the same type and size, in one copy.
   *
   * @param source lies on the host if this lies on a device
   * @throws IllegalArgumentException if type or size differ, or both lie on devices
   */
  public void copyFrom(Tensor source) {
    if (source.dtype != dtype || source.numElements != numElements) {
      throw new IllegalArgumentException(
          "Cannot copy " + source + " into " + this + ": type or size differ");
    }
    if (source.isOnHost() && isOnHost()) {
      Pointer.memcpy(pointer(), source.pointer(), numBytes());
    } else if (isOnHost()) {
      source.memory.device().copyToHost(source.byteOffset, new Address(address()), numBytes());
    } else if (source.isOnHost()) {
      memory.device().copyFromHost(new Address(source.address()), byteOffset, numBytes());
    } else {
      throw new IllegalArgumentException(
          "Both " + source + " and " + this + " lie on devices: a backend copies between them");
    }
  }

  private static BytePointer bytes(Pointer typed, long numBytes) {
    return new BytePointer(typed).capacity(numBytes);
  }

  /** One element of an F32 tensor; for a few of them, not for loops over all. */
  public float getFloat(long index) {
    float[] value = new float[1];
    read(index, value, 0, 1);
    return value[0];
  }

  /** Sets one element of an F32 tensor; for a few of them, not for loops over all. */
  public void setFloat(long index, float value) {
    write(index, new float[] {value}, 0, 1);
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
    read(0, numElements, from -> toDoubles(from, doubles));
    return doubles;
  }

  private void toDoubles(Pointer from, double[] doubles) {
    switch (dtype) {
      case F64 -> ((DoublePointer) from).get(doubles);
      case F32 -> {
        float[] floats = new float[doubles.length];
        ((FloatPointer) from).get(floats);
        Arrays.setAll(doubles, i -> floats[i]);
      }
      case BF16 -> {
        short[] halves = new short[doubles.length];
        ((ShortPointer) from).get(halves);
        Arrays.setAll(doubles, i -> BFloat16.toFloat(halves[i]));
      }
      case I32 -> throw wrongType("F64, F32 or BF16");
    }
  }

  /**
   * Sets the first elements from doubles, each rounded once to the dtype: to the nearest, and of
   * two that are equally near to the even one.
   *
   * @throws IllegalArgumentException if the elements are integers
   */
  public void setDoubles(double[] source) {
    write(0, source.length, to -> setDoubles(to, source));
  }

  private void setDoubles(Pointer to, double[] source) {
    switch (dtype) {
      case F64 -> ((DoublePointer) to).put(source);
      case F32 -> {
        float[] floats = new float[source.length];
        for (int i = 0; i < floats.length; i++) {
          floats[i] = (float) source[i];
        }
        ((FloatPointer) to).put(floats);
      }
      case BF16 -> {
        short[] halves = new short[source.length];
        for (int i = 0; i < halves.length; i++) {
          halves[i] = BFloat16.fromDouble(source[i]);
        }
        ((ShortPointer) to).put(halves);
      }
      case I32 -> throw wrongType("F64, F32 or BF16");
    }
  }

  private void checkRange(long offset, long length) {
    if (offset < 0 || length < 0 || offset > numElements - length) {
      throw new IndexOutOfBoundsException(
          "Elements " + offset + " to " + (offset + length) + " are not all in " + this);
    }
  }

  private void requireType(DType expected) {
    if (dtype != expected) {
      throw wrongType(expected.name());
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

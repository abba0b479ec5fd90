package dev.kindling.model.nn;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.MemorySpace;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * All parameters of a model as one flat vector with named slices; gradients and moments lie the
 * same way. The vector is F32, except in gradient checks, where it is F64.
 */
public final class ParameterStore implements AutoCloseable {
  /**
   * A named part of the flat vector.
   *
   * @param name Hugging Face's name, such as {@code transformer.h.0.attn.c_attn.weight}
   * @param offset first element
   * @param shape dims, row-major
   */
  public record Slice(String name, long offset, List<Long> shape) {
    /** The product of the shape. */
    public long numElements() {
      return shape.stream().reduce(1L, Math::multiplyExact);
    }
  }

  private final List<Slice> slices;
  private final Map<String, Slice> byName = new HashMap<>();
  private final OffHeapMemory memory;
  private final Tensor flat;

  private ParameterStore(List<Slice> slices, DType dtype, LongFunction<OffHeapMemory> memory) {
    this.slices = List.copyOf(slices);
    long numParameters = 0;
    for (Slice slice : slices) {
      if (slice.offset() != numParameters) {
        throw new IllegalArgumentException(
            "Slice "
                + slice.name()
                + " starts at "
                + slice.offset()
                + ", expected "
                + numParameters);
      }
      if (byName.put(slice.name(), slice) != null) {
        throw new IllegalArgumentException("Two slices are named " + slice.name());
      }
      numParameters = Math.addExact(numParameters, slice.numElements());
    }
    this.memory = memory.apply(Math.multiplyExact(numParameters, (long) dtype.bytes()));
    this.flat = this.memory.tensor(0, dtype, numParameters);
  }

  /**
   * Allocates a vector of zeros in the memory of the host.
   *
   * @param slices by offset, without holes
   * @throws IllegalArgumentException if a slice leaves a hole or a name comes twice
   */
  public static ParameterStore allocate(List<Slice> slices, DType dtype) {
    return allocate(slices, dtype, MemorySpace.HOST);
  }

  /**
   * Allocates a vector of zeros.
   *
   * @param slices by offset, without holes
   * @param space of the backend that computes with them
   * @throws IllegalArgumentException if a slice leaves a hole or a name comes twice
   */
  public static ParameterStore allocate(List<Slice> slices, DType dtype, MemorySpace space) {
    return new ParameterStore(slices, dtype, space::allocate);
  }

  /**
   * A store over memory that somebody else owns, without a copy; F32.
   *
   * @param slices by offset, without holes
   * @param memory closes with the store
   * @throws IllegalArgumentException if a slice leaves a hole, a name comes twice, or the memory is
   *     of another size
   */
  public static ParameterStore over(List<Slice> slices, OffHeapMemory memory) {
    return new ParameterStore(
        slices,
        DType.F32,
        numBytes -> {
          if (memory.numBytes() != numBytes) {
            throw new IllegalArgumentException(
                "The parameters take "
                    + numBytes
                    + " bytes, but the memory has "
                    + memory.numBytes()
                    + ": expected the same");
          }
          return memory;
        });
  }

  /** The slices, by offset, without holes. */
  public List<Slice> slices() {
    return slices;
  }

  /** P, the length of the flat vector. */
  public long numParameters() {
    return flat.numElements();
  }

  /** The whole vector [P]. */
  public Tensor flat() {
    return flat;
  }

  /** Whether there is a slice of that name. */
  public boolean contains(String name) {
    return byName.containsKey(name);
  }

  /**
   * The named slice in its own shape.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Tensor tensor(String name) {
    return tensor(slice(name));
  }

  /**
   * The place of a named slice.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Slice slice(String name) {
    Slice slice = byName.get(name);
    if (slice == null) {
      throw new IllegalArgumentException(
          "No parameter is named "
              + name
              + ": there are "
              + slices.stream().map(Slice::name).toList());
    }
    return slice;
  }

  /** The slice's view of the flat vector. */
  public Tensor tensor(Slice slice) {
    return flat.slice(slice.offset(), slice.shape().stream().mapToLong(Long::longValue).toArray());
  }

  /**
   * Copies {@code length} elements from {@code offset} as little-endian F32 bytes into {@code
   * destination}.
   */
  public void readBytes(long offset, int length, byte[] destination, int destinationOffset) {
    requireF32();
    flat.readBytes(offset, length, destination, destinationOffset);
  }

  /** The reverse of {@link #readBytes}. */
  public void writeBytes(long offset, int length, byte[] source, int sourceOffset) {
    requireF32();
    flat.writeBytes(offset, length, source, sourceOffset);
  }

  private void requireF32() {
    if (flat.dtype() != DType.F32) {
      throw new IllegalStateException("Only F32 parameters are exchanged as bytes, not " + flat);
    }
  }

  @Override
  public void close() {
    memory.close();
  }
}

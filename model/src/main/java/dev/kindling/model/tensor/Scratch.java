package dev.kindling.model.tensor;

/** Memory outside the heap that grows to the largest use so far, and is used again and again. */
public final class Scratch implements AutoCloseable {
  private final MemorySpace space;
  private OffHeapMemory memory;

  /** Scratch in the memory of the host. */
  public Scratch() {
    this(MemorySpace.HOST);
  }

  /** Scratch in a memory. */
  public Scratch(MemorySpace space) {
    this.space = space;
  }

  /** A tensor with undefined content, valid until the next call. */
  public Tensor tensor(DType dtype, long... shape) {
    long numBytes = Math.multiplyExact(Tensor.numElements(shape), (long) dtype.bytes());
    if (memory == null || memory.numBytes() < numBytes) {
      close();
      memory = space.allocateUndefined(numBytes);
    }
    return memory.tensor(0, dtype, shape);
  }

  @Override
  public void close() {
    if (memory != null) {
      memory.close();
      memory = null;
    }
  }
}

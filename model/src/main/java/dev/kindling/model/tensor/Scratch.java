package dev.kindling.model.tensor;

/** Memory outside the heap that grows to the largest use so far, and is used again and again. */
public final class Scratch implements AutoCloseable {
  private OffHeapMemory memory = OffHeapMemory.allocate(0);

  /** A tensor with undefined content, valid until the next call. */
  public Tensor tensor(DType dtype, long... shape) {
    long numBytes = Math.multiplyExact(Tensor.numElements(shape), (long) dtype.bytes());
    if (memory.numBytes() < numBytes) {
      memory.close();
      memory = OffHeapMemory.allocate(numBytes);
    }
    return memory.tensor(0, dtype, shape);
  }

  @Override
  public void close() {
    memory.close();
  }
}

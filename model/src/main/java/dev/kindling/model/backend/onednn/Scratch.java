package dev.kindling.model.backend.onednn;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Tensor;

/** Memory of one kernel that grows to the largest use so far and is then kept. */
final class Scratch implements AutoCloseable {
  private OffHeapMemory memory = OffHeapMemory.allocate(0);

  /** A tensor with undefined content, valid until the next call. */
  Tensor tensor(DType dtype, long... shape) {
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

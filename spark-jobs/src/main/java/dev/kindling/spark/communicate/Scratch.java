package dev.kindling.spark.communicate;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Tensor;

/** Memory outside the heap that grows with what is asked for, and is used again and again. */
final class Scratch implements AutoCloseable {
  private OffHeapMemory memory = OffHeapMemory.allocateUndefined(0);

  /** A tensor of undefined content, valid until the next call. */
  Tensor tensor(DType dtype, long... shape) {
    long numBytes = Tensor.numElements(shape) * dtype.bytes();
    if (memory.numBytes() < numBytes) {
      memory.close();
      memory = OffHeapMemory.allocateUndefined(numBytes);
    }
    return memory.tensor(0, dtype, shape);
  }

  @Override
  public void close() {
    memory.close();
  }
}

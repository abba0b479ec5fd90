package dev.kindling.model.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Memory for one step: tensors are handed out one behind the other and all given back at once by
 * {@link #reset()}, in constant time. Blocks are kept, so a step that asks for the same tensors as
 * the step before it allocates nothing. Not thread-safe.
 */
public final class Arena implements AutoCloseable {
  private static final long FIRST_BLOCK_BYTES = 1L << 20;

  private final List<OffHeapMemory> blocks = new ArrayList<>();
  private int currentBlock;
  private long used;

  /**
   * A tensor with undefined content, aligned to 64 bytes, valid until the next {@link #reset()}.
   */
  public Tensor allocate(DType dtype, long... shape) {
    long numBytes = Math.multiplyExact(Tensor.numElements(shape), (long) dtype.bytes());
    while (currentBlock < blocks.size() && blocks.get(currentBlock).numBytes() - used < numBytes) {
      currentBlock++;
      used = 0;
    }
    if (currentBlock == blocks.size()) {
      blocks.add(OffHeapMemory.allocate(Math.max(numBytes, nextBlockBytes())));
    }
    Tensor tensor = blocks.get(currentBlock).tensor(used, dtype, shape);
    long aligned =
        (used + numBytes + OffHeapMemory.ALIGNMENT - 1) & -(long) OffHeapMemory.ALIGNMENT;
    used = Math.min(aligned, blocks.get(currentBlock).numBytes());
    return tensor;
  }

  /** Blocks double in size, so that few are needed whatever the model's size. */
  private long nextBlockBytes() {
    return Math.max(FIRST_BLOCK_BYTES, reservedBytes());
  }

  /** Takes all tensors back; their memory will be handed out again. */
  public void reset() {
    currentBlock = 0;
    used = 0;
  }

  /** Bytes held from the system, used or not. */
  public long reservedBytes() {
    return blocks.stream().mapToLong(OffHeapMemory::numBytes).sum();
  }

  @Override
  public void close() {
    blocks.forEach(OffHeapMemory::close);
    blocks.clear();
    reset();
  }
}

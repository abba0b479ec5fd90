package dev.kindling.model.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Memory for one step: tensors are handed out one behind the other and all given back at once by
 * {@link #reset()}, in constant time, or the latest of them by {@link #release}. Blocks are kept,
 * so a step that asks for the same tensors as the step before it allocates nothing. Not
 * thread-safe.
 */
public final class Arena implements AutoCloseable {
  private static final long LEAST_BLOCK_BYTES = 1L << 20;

  private final MemorySpace space;
  private final List<OffHeapMemory> blocks = new ArrayList<>();
  private int currentBlock;
  private long used;
  private long taken;
  private long peak;

  /** An arena in the memory of the host. */
  public Arena() {
    this(MemorySpace.HOST);
  }

  /** An arena in a memory. */
  public Arena(MemorySpace space) {
    this.space = space;
  }

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
      blocks.add(space.allocateUndefined(Math.max(numBytes, nextBlockBytes())));
    }
    Tensor tensor = blocks.get(currentBlock).tensor(used, dtype, shape);
    long aligned =
        (used + numBytes + OffHeapMemory.ALIGNMENT - 1) & -(long) OffHeapMemory.ALIGNMENT;
    taken += numBytes;
    used = Math.min(aligned, blocks.get(currentBlock).numBytes());
    peak = Math.max(peak, taken);
    return tensor;
  }

  /** Blocks grow with what there is, so that few are needed and little is left over. */
  private long nextBlockBytes() {
    return Math.max(LEAST_BLOCK_BYTES, reservedBytes() / 8);
  }

  /**
   * A place to come back to.
   *
   * @param block the block that is handed out from
   * @param used bytes of it that are taken
   * @param taken bytes of all tensors
   */
  public record Mark(int block, long used, long taken) {}

  /** The place up to which tensors are handed out now. */
  public Mark mark() {
    return new Mark(currentBlock, used, taken);
  }

  /** Takes back all tensors that were handed out since {@link #mark()}. */
  public void release(Mark mark) {
    currentBlock = mark.block();
    used = mark.used();
    taken = mark.taken();
  }

  /** Takes all tensors back; their memory will be handed out again. */
  public void reset() {
    currentBlock = 0;
    used = 0;
    taken = 0;
  }

  /** The most bytes that tensors have taken at once since this arena was made. */
  public long peakBytes() {
    return peak;
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

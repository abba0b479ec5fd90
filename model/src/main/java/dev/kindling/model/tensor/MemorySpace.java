package dev.kindling.model.tensor;

import java.util.OptionalLong;

/**
 * Where tensors lie that kernels compute on: the memory of the host, or that of a GPU. Each {@code
 * Backend} has one, and everything that it computes on is allocated there.
 */
public interface MemorySpace {
  /** The memory of the host, which Java's threads read and write without a copy. */
  MemorySpace HOST =
      new MemorySpace() {
        @Override
        public OffHeapMemory allocate(long numBytes) {
          return OffHeapMemory.allocate(numBytes);
        }

        @Override
        public OffHeapMemory allocateUndefined(long numBytes) {
          return OffHeapMemory.allocateUndefined(numBytes);
        }
      };

  /**
   * Allocates bytes of zero.
   *
   * @throws IllegalArgumentException if {@code numBytes} is negative
   * @throws OutOfMemoryError if the host has not as much: JavaCPP's, which ends a process
   * @throws IllegalStateException if a device has not as much: the process may go on with less
   */
  OffHeapMemory allocate(long numBytes);

  /**
   * Allocates bytes of undefined content.
   *
   * @throws IllegalArgumentException if {@code numBytes} is negative
   * @throws OutOfMemoryError if the host has not as much: JavaCPP's, which ends a process
   * @throws IllegalStateException if a device has not as much: the process may go on with less
   */
  OffHeapMemory allocateUndefined(long numBytes);

  /** Bytes that are free now, where the memory is that of a device and can tell. */
  default OptionalLong freeBytes() {
    return OptionalLong.empty();
  }
}

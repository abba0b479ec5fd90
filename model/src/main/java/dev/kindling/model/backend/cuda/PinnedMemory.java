package dev.kindling.model.backend.cuda;

import static dev.kindling.model.backend.cuda.CudaStatus.check;

import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;

/**
 * Memory of the host that the operating system leaves where it is, so that a GPU copies out of it
 * while the host goes on. What is put in lies at the same places, whenever the same sizes are put
 * in the same order.
 */
final class PinnedMemory implements AutoCloseable {
  private static final long LEAST_BYTES = 1 << 20;
  private static final long ALIGNMENT = 16;

  private final CudaDevice device;
  private final Pointer memory = new DevicePointer();
  private long capacity;
  private long used;

  PinnedMemory(CudaDevice device) {
    this.device = device;
  }

  /** Takes everything out. */
  void reset() {
    used = 0;
  }

  /**
   * Copies bytes in.
   *
   * @return their address
   */
  long put(Pointer host, long numBytes) {
    if (used + numBytes > capacity) {
      grow(Math.max(LEAST_BYTES, 2 * (used + numBytes)));
    }
    long place = memory.address() + used;
    Pointer.memcpy(new DevicePointer(place), host, numBytes);
    used += (numBytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return place;
  }

  private void grow(long numBytes) {
    device.makeCurrent();
    Pointer larger = new DevicePointer();
    check(cudart.cuMemHostAlloc(larger, numBytes, 0), "pin " + numBytes + " bytes for " + device);
    if (used > 0) {
      Pointer.memcpy(larger, memory, used);
    }
    close();
    ((DevicePointer) memory).at(larger.address());
    capacity = numBytes;
  }

  @Override
  public void close() {
    if (capacity > 0) {
      check(cudart.cuMemFreeHost(memory), "free pinned memory");
      capacity = 0;
    }
  }
}

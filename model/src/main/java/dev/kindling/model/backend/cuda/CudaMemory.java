package dev.kindling.model.backend.cuda;

import static dev.kindling.model.backend.cuda.CudaStatus.check;

import dev.kindling.model.tensor.DeviceMemory;
import dev.kindling.model.tensor.MemorySpace;
import dev.kindling.model.tensor.OffHeapMemory;
import java.util.OptionalLong;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;

/**
 * The memory of a GPU. Arenas, stores and scratch take slabs of it and keep them, so that a step
 * allocates nothing after the first.
 *
 * <p>Copies run on the default stream of the context, which waits for all kernels before them and
 * which all kernels after them wait for, whichever engine starts these. While an engine records a
 * graph, it takes over the copies of its own thread.
 */
final class CudaMemory implements MemorySpace {
  private final CudaDevice device;
  private final GraphRecorder recorder;

  /**
   * The memory of a device.
   *
   * @param recorder of the engine that computes on it; null where several do
   */
  CudaMemory(CudaDevice device, GraphRecorder recorder) {
    this.device = device;
    this.recorder = recorder;
  }

  @Override
  public OffHeapMemory allocate(long numBytes) {
    Slab slab = slab(numBytes);
    if (numBytes > 0) {
      int status;
      synchronized (device) {
        status = cudart.cuMemsetD8(slab.address, (byte) 0, numBytes);
      }
      if (status != cudart.CUDA_SUCCESS) {
        cudart.cuMemFree(slab.address);
      }
      check(status, "clear memory of " + device);
    }
    return OffHeapMemory.on(slab, numBytes);
  }

  @Override
  public OffHeapMemory allocateUndefined(long numBytes) {
    return OffHeapMemory.on(slab(numBytes), numBytes);
  }

  @Override
  public OptionalLong freeBytes() {
    return OptionalLong.of(device.memory()[0]);
  }

  private Slab slab(long numBytes) {
    if (numBytes < 0) {
      throw new IllegalArgumentException(
          "Asked for " + numBytes + " bytes of a GPU: the number must not be negative");
    }
    device.makeCurrent();
    long[] address = new long[1];
    int status = cudart.cuMemAlloc(address, Math.max(1, numBytes));
    if (status == cudart.CUDA_ERROR_OUT_OF_MEMORY) {
      long[] memory = device.memory();
      throw new IllegalStateException(
          device
              + " has no "
              + numBytes
              + " bytes left: "
              + memory[0]
              + " of "
              + memory[1]
              + " are free. Take smaller batches (parallel.microBatches cuts one into parts),"
              + " training.activationCheckpointing, or the precision bf16");
    }
    check(status, "allocate " + numBytes + " bytes on " + device);
    return new Slab(address[0]);
  }

  /** One allocation. */
  private final class Slab implements DeviceMemory {
    private final long address;

    Slab(long address) {
      this.address = address;
    }

    @Override
    public long address() {
      return address;
    }

    @Override
    public void copyToHost(long byteOffset, Pointer host, long numBytes) {
      if (recorder != null) {
        recorder.requireDirect();
      }
      device.makeCurrent();
      synchronized (device) {
        check(cudart.cuMemcpyDtoH(host, address + byteOffset, numBytes), "read from " + device);
      }
    }

    @Override
    public void copyFromHost(Pointer host, long byteOffset, long numBytes) {
      if (recorder != null && recorder.takes(host, address + byteOffset, numBytes)) {
        return;
      }
      device.makeCurrent();
      synchronized (device) {
        check(cudart.cuMemcpyHtoD(address + byteOffset, host, numBytes), "write to " + device);
      }
    }

    @Override
    public void free() {
      device.makeCurrent();
      check(cudart.cuMemFree(address), "free memory of " + device);
    }
  }
}

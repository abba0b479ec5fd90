package dev.kindling.model.backend.cuda;

import static dev.kindling.model.backend.cuda.CudaStatus.check;

import dev.kindling.model.backend.gpu.ComputeCapability;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUctx_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * One GPU as this process sees it. Its primary context is the one that all libraries of the process
 * share; it stays until the process ends.
 */
final class CudaDevice {
  private static final int LONGEST_NAME = 256;

  private static final Map<Integer, CudaDevice> DEVICES = new HashMap<>();

  private final int number;
  private final String name;
  private final ComputeCapability capability;
  private final int numMultiprocessors;
  private final CUctx_st context;

  private CudaDevice(int number) {
    this.number = number;
    int[] device = new int[1];
    check(cudart.cuDeviceGet(device, number), "find GPU " + number);
    this.name = nameOf(device[0]);
    this.capability =
        new ComputeCapability(
            attribute(device[0], cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
            attribute(device[0], cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR));
    if (!CudaGpus.serves(capability)) {
      throw new IllegalArgumentException(
          "GPU "
              + number
              + " ("
              + name
              + ") has compute capability "
              + capability
              + ": the backend cuda needs "
              + CudaGpus.OLDEST
              + " (Turing) or newer; choose another GPU with CUDA_VISIBLE_DEVICES, or the backend"
              + " onednn");
    }
    this.numMultiprocessors = attribute(device[0], cudart.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
    this.context = new CUctx_st();
    check(
        cudart.cuDevicePrimaryCtxRetain(context, device[0]),
        "open GPU " + number + " (" + name + ")");
  }

  /**
   * A GPU of this process.
   *
   * @param number from 0, as CUDA counts those that it shows to the process
   * @throws IllegalArgumentException if there is none of that number, or it is too old
   * @throws IllegalStateException if CUDA's libraries or driver are not there
   */
  static CudaDevice of(int number) {
    CudaLibraries.load();
    synchronized (DEVICES) {
      int count = count();
      if (number < 0 || number >= count) {
        throw new IllegalArgumentException(
            "GPU "
                + number
                + " was asked for, but CUDA shows "
                + count
                + " to this process: expected a number from 0 to below that; check"
                + " CUDA_VISIBLE_DEVICES and nvidia-smi");
      }
      return DEVICES.computeIfAbsent(number, CudaDevice::new);
    }
  }

  /** How many GPUs CUDA shows to this process. */
  static int count() {
    CudaLibraries.load();
    int[] count = new int[1];
    check(cudart.cuDeviceGetCount(count), "count the GPUs");
    return count[0];
  }

  private static String nameOf(int device) {
    try (BytePointer text = new BytePointer(LONGEST_NAME)) {
      check(cudart.cuDeviceGetName(text, LONGEST_NAME, device), "read the name of a GPU");
      // All of the buffer, of which the name is a part.
      String buffer = text.getString();
      return buffer.substring(0, buffer.indexOf('\0'));
    }
  }

  private static int attribute(int device, int attribute) {
    int[] value = new int[1];
    check(cudart.cuDeviceGetAttribute(value, attribute, device), "read an attribute of a GPU");
    return value[0];
  }

  /** Makes the calling thread's calls of CUDA go to this GPU, whatever other libraries have set. */
  void makeCurrent() {
    check(cudart.cuCtxSetCurrent(context), "use GPU " + number);
  }

  /** As CUDA counts those that it shows to the process. */
  int number() {
    return number;
  }

  /** Such as {@code NVIDIA H100 80GB HBM3}. */
  String name() {
    return name;
  }

  ComputeCapability capability() {
    return capability;
  }

  /** Whether it has matrix units for BF16 and TF32, and asynchronous copies: Ampere or newer. */
  boolean hasBf16() {
    return CudaGpus.servesBf16(capability);
  }

  int numMultiprocessors() {
    return numMultiprocessors;
  }

  /** Free bytes of its memory, and all. */
  long[] memory() {
    makeCurrent();
    try (SizeTPointer free = new SizeTPointer(1);
        SizeTPointer all = new SizeTPointer(1)) {
      check(cudart.cuMemGetInfo(free, all), "read how much memory GPU " + number + " has");
      return new long[] {free.get(), all.get()};
    }
  }

  @Override
  public String toString() {
    return "GPU " + number + " (" + name + ", " + capability + ")";
  }
}

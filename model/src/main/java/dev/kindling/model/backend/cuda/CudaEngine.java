package dev.kindling.model.backend.cuda;

import static dev.kindling.model.backend.cuda.CudaStatus.check;

import dev.kindling.model.backend.Heads;
import dev.kindling.model.backend.Matrix;
import dev.kindling.model.backend.gpu.ComputeCapability;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.MemorySpace;
import dev.kindling.model.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;

/**
 * What all kernels of one backend share: the GPU, the stream on which they run in order, its
 * memory, and the compiled sources. Used by one thread at a time.
 */
final class CudaEngine implements AutoCloseable {
  /** What kernels read and write at once, where it is aligned. */
  static final int VECTOR_BYTES = 16;

  /** A source as it is compiled for a type of activations. */
  private record ModuleKey(String source, DType dtype) {}

  private final CudaDevice device;
  private final CUstream_st stream = new CUstream_st();
  private final GraphRecorder recorder;
  private final MemorySpace memory;
  private final Launch launch;
  private final Map<ModuleKey, KernelModule> modules = new HashMap<>();

  CudaEngine(CudaDevice device) {
    this.device = device;
    device.makeCurrent();
    check(cudart.cuStreamCreate(stream, cudart.CU_STREAM_DEFAULT), "make a stream on " + device);
    this.recorder = new GraphRecorder(device, stream);
    this.memory = new CudaMemory(device, recorder);
    this.launch = new Launch(this);
  }

  /**
   * Prepares to start a kernel; the next call takes what this one gave back.
   *
   * @param source the file's name without its ending, such as {@code norms}
   * @param dtype F32 or BF16: the type of activations that the source is compiled for
   * @param name of the function
   */
  Launch kernel(String source, DType dtype, String name) {
    device.makeCurrent();
    KernelModule module = modules.get(new ModuleKey(source, dtype));
    if (module == null) {
      module = new KernelModule(KernelCache.cubin(source, dtype, device.capability()), source);
      modules.put(new ModuleKey(source, dtype), module);
    }
    return launch.of(module.function(name));
  }

  /** Whether tensors begin at addresses that vectors of 16 bytes may be read from; null does. */
  static boolean isAligned(Tensor... tensors) {
    for (Tensor tensor : tensors) {
      if (tensor != null && tensor.address() % VECTOR_BYTES != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Where a tensor lies on the GPU.
   *
   * @throws IllegalArgumentException if it lies on the host, whose memory no kernel may touch
   */
  static long address(Tensor tensor) {
    if (tensor.isOnHost()) {
      throw new IllegalArgumentException(
          tensor
              + " lies in the memory of the host, but the backend cuda computes on a GPU: allocate"
              + " it in the backend's memory()");
    }
    return tensor.address();
  }

  /** {@link #address} of a matrix's first element. */
  static long address(Matrix matrix) {
    return address(matrix.tensor()) + matrix.tensor().dtype().bytes() * matrix.offset();
  }

  /** {@link #address} of the first element of heads. */
  static long address(Heads heads) {
    return address(heads.tensor()) + heads.tensor().dtype().bytes() * heads.offset();
  }

  /** The GPU's memory. */
  MemorySpace memory() {
    return memory;
  }

  CudaDevice device() {
    return device;
  }

  ComputeCapability capability() {
    return device.capability();
  }

  int numMultiprocessors() {
    return device.numMultiprocessors();
  }

  /** Where kernels run. */
  CUstream_st stream() {
    return stream;
  }

  /** What listens to everything that is started. */
  GraphRecorder recorder() {
    return recorder;
  }

  /** Waits until all kernels that were started have ended. */
  void awaitKernels() {
    device.makeCurrent();
    check(cudart.cuStreamSynchronize(stream), "finish the kernels of " + device);
  }

  @Override
  public void close() {
    awaitKernels();
    recorder.close();
    launch.close();
    modules.values().forEach(KernelModule::close);
    modules.clear();
    check(cudart.cuStreamDestroy(stream), "free a stream of " + device);
  }
}

package dev.kindling.model.backend.cuda;

import java.nio.charset.StandardCharsets;
import org.bytedeco.cuda.cudart.CUctx_st;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** Kernels of a test on the emulated GPU, by CUDA's own API, without the backend. */
final class EmulatedKernels {
  private final CUmod_st module = new CUmod_st();
  private final CUstream_st stream = new CUstream_st();

  /** Compiles a source, which has the functions of {@code ptx.cuh}, for capability 9.0. */
  EmulatedKernels(String source) {
    EmulatedCuda.load();
    CUctx_st context = new CUctx_st();
    check(cudart.cuInit(0));
    check(cudart.cuDevicePrimaryCtxRetain(context, 0));
    check(cudart.cuCtxSetCurrent(context));
    check(cudart.cuStreamCreate(stream, cudart.CU_STREAM_DEFAULT));
    check(
        cudart.cuModuleLoadData(module, new BytePointer(compile("#include <ptx.cuh>\n" + source))));
  }

  /**
   * Compiles.
   *
   * @throws IllegalArgumentException with the compiler's messages
   */
  static byte[] compile(String source) {
    EmulatedCuda.load();
    _nvrtcProgram program = new _nvrtcProgram();
    PointerPointer<?> none = null;
    nvrtc.nvrtcCreateProgram(
        program,
        new BytePointer(source, StandardCharsets.UTF_8),
        new BytePointer("test.cu"),
        0,
        none,
        none);
    int result =
        nvrtc.nvrtcCompileProgram(program, 1, new PointerPointer<>("--gpu-architecture=sm_90"));
    SizeTPointer size = new SizeTPointer(1);
    if (result != nvrtc.NVRTC_SUCCESS) {
      nvrtc.nvrtcGetProgramLogSize(program, size);
      byte[] log = new byte[(int) size.get()];
      nvrtc.nvrtcGetProgramLog(program, log);
      throw new IllegalArgumentException(new String(log, StandardCharsets.UTF_8));
    }
    nvrtc.nvrtcGetCUBINSize(program, size);
    byte[] code = new byte[(int) size.get()];
    nvrtc.nvrtcGetCUBIN(program, code);
    return code;
  }

  CUstream_st stream() {
    return stream;
  }

  /** Starts a kernel with one-dimensional blocks. */
  void start(String name, int numBlocks, int numThreads, int sharedBytes, Pointer... arguments) {
    CUfunc_st function = new CUfunc_st();
    check(cudart.cuModuleGetFunction(function, module, name));
    check(
        cudart.cuLaunchKernel(
            function,
            numBlocks,
            1,
            1,
            numThreads,
            1,
            1,
            sharedBytes,
            stream,
            new PointerPointer<>(arguments),
            null));
  }

  /** The status of all that was started. */
  int finish() {
    return cudart.cuStreamSynchronize(stream);
  }

  static Pointer argument(long value) {
    return new LongPointer(new long[] {value});
  }

  static Pointer argument(int value) {
    return new IntPointer(new int[] {value});
  }

  /** Memory of the GPU that nobody has written. */
  static long allocate(long numBytes) {
    long[] address = new long[1];
    check(cudart.cuMemAlloc(address, numBytes));
    return address[0];
  }

  static long upload(int... values) {
    long address = allocate((long) Integer.BYTES * values.length);
    check(
        cudart.cuMemcpyHtoD(address, new IntPointer(values), (long) Integer.BYTES * values.length));
    return address;
  }

  static int[] ints(long address, int count) {
    int[] values = new int[count];
    IntPointer pointer = new IntPointer(count);
    check(cudart.cuMemcpyDtoH(pointer, address, (long) Integer.BYTES * count));
    pointer.get(values);
    return values;
  }

  static float[] floats(long address, int count) {
    float[] values = new float[count];
    FloatPointer pointer = new FloatPointer(count);
    check(cudart.cuMemcpyDtoH(pointer, address, (long) Float.BYTES * count));
    pointer.get(values);
    return values;
  }

  static void check(int status) {
    if (status != cudart.CUDA_SUCCESS) {
      throw new IllegalStateException("CUDA's status is " + status);
    }
  }
}

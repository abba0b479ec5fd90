package dev.kindling.model.backend.cuda;

import static dev.kindling.model.backend.cuda.CudaStatus.check;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;

/** The kernels of one compiled source on a GPU. */
final class KernelModule implements AutoCloseable {
  /** What a block may have of shared memory without asking for more. */
  private static final int DEFAULT_SHARED_BYTES = 48 << 10;

  /** A kernel that can be started. */
  static final class Function {
    private final String name;
    private final CUfunc_st handle;
    private int sharedBytes = DEFAULT_SHARED_BYTES;

    private Function(String name, CUfunc_st handle) {
      this.name = name;
      this.handle = handle;
    }

    String name() {
      return name;
    }

    CUfunc_st handle() {
      return handle;
    }

    /** Lets blocks have as much shared memory, where it is more than they have by default. */
    void allowShared(int numBytes) {
      if (numBytes > sharedBytes) {
        check(
            cudart.cuFuncSetAttribute(
                handle, cudart.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, numBytes),
            "give blocks of " + name + " " + numBytes + " bytes of shared memory");
        sharedBytes = numBytes;
      }
    }
  }

  private final String source;
  private final CUmod_st module = new CUmod_st();
  private final Map<String, Function> functions = new HashMap<>();

  /**
   * Loads it to the GPU of the calling thread.
   *
   * @param code as {@link KernelCache} gives it
   * @param source the name of the file, for messages
   */
  KernelModule(byte[] code, String source) {
    this.source = source;
    try (BytePointer image = new BytePointer(code)) {
      check(cudart.cuModuleLoadData(module, image), "load the kernels of " + source + ".cu");
    }
  }

  /** A kernel by its name. */
  Function function(String name) {
    Function function = functions.get(name);
    if (function == null) {
      CUfunc_st handle = new CUfunc_st();
      check(
          cudart.cuModuleGetFunction(handle, module, name),
          "find the kernel " + name + " in " + source + ".cu");
      function = new Function(name, handle);
      functions.put(name, function);
    }
    return function;
  }

  @Override
  public void close() {
    check(cudart.cuModuleUnload(module), "unload the kernels of " + source + ".cu");
  }
}

package dev.kindling.model.backend.cuda;

import java.util.Set;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/** Checks what calls of CUDA's driver return. */
final class CudaStatus {
  /** After these, every other call of the process fails as well. */
  private static final Set<Integer> ENDS_CONTEXT =
      Set.of(
          cudart.CUDA_ERROR_ILLEGAL_ADDRESS,
          cudart.CUDA_ERROR_LAUNCH_TIMEOUT,
          cudart.CUDA_ERROR_HARDWARE_STACK_ERROR,
          cudart.CUDA_ERROR_ILLEGAL_INSTRUCTION,
          cudart.CUDA_ERROR_MISALIGNED_ADDRESS,
          cudart.CUDA_ERROR_INVALID_ADDRESS_SPACE,
          cudart.CUDA_ERROR_INVALID_PC,
          cudart.CUDA_ERROR_LAUNCH_FAILED,
          cudart.CUDA_ERROR_ECC_UNCORRECTABLE);

  private CudaStatus() {}

  /**
   * Lets success pass.
   *
   * @param status as a call of the driver has returned it
   * @param what the call was for, such as {@code "start the kernel fill"}
   * @throws IllegalStateException for any other
   */
  static void check(int status, String what) {
    if (status != cudart.CUDA_SUCCESS) {
      throw failure(status, what);
    }
  }

  /** What to throw for a status that is no success. */
  static IllegalStateException failure(int status, String what) {
    return new IllegalStateException(
        "CUDA could not "
            + what
            + ": "
            + name(status)
            + (ENDS_CONTEXT.contains(status)
                ? ". A kernel before has failed, and this process cannot use the GPU any more: start"
                    + " the executor anew. "
                : ". Errors of kernels show up at a later call. ")
            + "Run bin/kindling doctor on this machine to see whether a kernel fails there");
  }

  /** CUDA's own name of a status, such as {@code CUDA_ERROR_OUT_OF_MEMORY}. */
  static String name(int status) {
    try (PointerPointer<BytePointer> name = new PointerPointer<>(1)) {
      int found = cudart.cuGetErrorName(status, name);
      return found == cudart.CUDA_SUCCESS
          ? name.get(BytePointer.class, 0).getString()
          : "status " + status;
    }
  }
}

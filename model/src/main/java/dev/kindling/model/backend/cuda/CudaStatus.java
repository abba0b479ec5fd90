package dev.kindling.model.backend.cuda;

import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/** Checks what calls of CUDA's driver return. */
final class CudaStatus {
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
            + ". Errors of kernels show up at a later call: run bin/kindling doctor on this machine"
            + " to see which kernel fails");
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

package dev.kindling.model.backend.nd4j;

import dev.kindling.model.backend.gpu.ComputeCapability;
import dev.kindling.model.backend.gpu.NvidiaGpu;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * On which GPUs ND4J's last CUDA binary runs. nd4j-cuda-11.6 1.0.0-M2.1 has machine code of the
 * capabilities below and no PTX, from which a driver could compile code for newer ones.
 */
public final class Nd4jCudaSupport {
  private static final List<ComputeCapability> COMPILED_FOR =
      Stream.of("3.7", "5.0", "5.2", "6.0", "6.1", "7.0", "7.5", "8.0", "8.6")
          .map(ComputeCapability::parse)
          .toList();

  private Nd4jCudaSupport() {}

  /** Whether ND4J's kernels run on GPUs of a capability. */
  public static boolean serves(ComputeCapability capability) {
    return COMPILED_FOR.stream().anyMatch(capability::runsCodeOf);
  }

  /**
   * Refuses GPUs on which every kernel would fail.
   *
   * @throws IllegalArgumentException if there is one that is not served
   */
  public static void requireServed(List<NvidiaGpu> gpus) {
    String others =
        gpus.stream()
            .filter(gpu -> !serves(gpu.capability()))
            .map(gpu -> gpu.index() + " (" + gpu.name() + ", " + gpu.capability() + ")")
            .collect(Collectors.joining(", "));
    if (!others.isEmpty()) {
      throw new IllegalArgumentException(
          "ND4J's CUDA backend cannot compute on GPU "
              + others
              + ": its kernels are compiled for compute capability 3.7 to 8.6, which also runs on"
              + " 8.9, and not for Hopper (9.0) or newer. Hide these GPUs with"
              + " CUDA_VISIBLE_DEVICES, or compute on CPUs: set BACKEND_PRIORITY_CPU=200 in the"
              + " environment of driver and executors, or use a build without -Pnd4j-cuda");
    }
  }
}

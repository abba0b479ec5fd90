package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.gpu.ComputeCapability;
import dev.kindling.model.backend.gpu.VisibleGpus;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Which GPUs the backend computes on, and which of them this process sees. */
public final class CudaGpus {
  /** Turing, the oldest that CUDA 13 compiles for. */
  static final ComputeCapability OLDEST = new ComputeCapability(7, 5);

  /** Ampere, the oldest with matrix units for BF16 and TF32. */
  static final ComputeCapability OLDEST_WITH_BF16 = new ComputeCapability(8, 0);

  /** What NVIDIA's driver puts there on Linux, and on Linux in Windows. */
  private static final List<Path> DRIVER_FILES =
      List.of(Path.of("/dev/nvidiactl"), Path.of("/dev/dxg"));

  private CudaGpus() {}

  /** Whether the backend computes on GPUs of a capability. */
  public static boolean serves(ComputeCapability capability) {
    return capability.isAtLeast(OLDEST);
  }

  /** Whether it does so in BF16. */
  public static boolean servesBf16(ComputeCapability capability) {
    return capability.isAtLeast(OLDEST_WITH_BF16);
  }

  /**
   * CUDA's number, in this process, of a GPU.
   *
   * @param gpu its index on the machine; empty for the first
   * @throws IllegalArgumentException if the process does not see it
   * @throws IllegalStateException if CUDA does not load on this machine
   */
  public static int number(Optional<String> gpu) {
    return gpu.map(address -> VisibleGpus.ofThisProcess().deviceOf(address, CudaDevice.count()))
        .orElse(0);
  }

  /**
   * Why the backend cannot compute on a GPU here; empty if it can.
   *
   * @param gpu as of {@link #number}
   */
  public static Optional<String> refusal(Optional<String> gpu) {
    if (DRIVER_FILES.stream().noneMatch(Files::exists)) {
      return Optional.of("there is no NVIDIA driver on this machine");
    }
    try {
      CudaDevice.of(number(gpu));
      return Optional.empty();
    } catch (IllegalStateException | IllegalArgumentException | UncheckedIOException e) {
      return Optional.of(e.getMessage());
    } catch (LinkageError e) {
      return Optional.of("JavaCPP's bridge to CUDA does not load (" + e + ")");
    }
  }

  /**
   * A GPU in words, such as {@code GPU 0 (NVIDIA H100 80GB HBM3, 9.0)}.
   *
   * @param gpu as of {@link #number}, and not refused
   */
  public static String describe(Optional<String> gpu) {
    return CudaDevice.of(number(gpu)).toString();
  }
}

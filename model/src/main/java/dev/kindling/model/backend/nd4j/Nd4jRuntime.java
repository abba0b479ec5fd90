package dev.kindling.model.backend.nd4j;

import dev.kindling.model.backend.gpu.ComputeCapability;
import dev.kindling.model.backend.gpu.NvidiaGpu;
import dev.kindling.model.backend.gpu.NvidiaSmi;
import dev.kindling.model.backend.gpu.VisibleGpus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.ServiceLoader;
import org.nd4j.linalg.api.environment.Nd4jEnvironment;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.Nd4jBackend;

/**
 * ND4J as it is loaded in this process: which of the backends on the class path computes. With the
 * build's profile {@code nd4j-cuda} there are two of them, and ND4J takes CUDA's where there is a
 * GPU.
 */
public final class Nd4jRuntime {
  private static final String CUDA_BACKEND = "JCublasBackend";
  private static final double BYTES_PER_MEBIBYTE = 1 << 20;

  private static Nd4jRuntime loaded;

  private final String backend;

  private Nd4jRuntime(String backend) {
    this.backend = backend;
  }

  /**
   * Loads ND4J, at the first call.
   *
   * @throws IllegalArgumentException if it would compute on a GPU that its binary does not run on
   * @throws LinkageError if its natives do not load on this machine: at the first touch ND4J wraps
   *     what went wrong in an {@link ExceptionInInitializerError}
   */
  public static synchronized Nd4jRuntime load() {
    if (loaded == null) {
      if (classPathOffersCuda()) {
        // Before ND4J touches a GPU: what it does on one that it does not know is not defined.
        Nd4jCudaSupport.requireServed(VisibleGpus.ofThisProcess().among(NvidiaSmi.gpus()));
      }
      Nd4jRuntime runtime = new Nd4jRuntime(Nd4j.getBackend().getClass().getSimpleName());
      if (runtime.isCuda()) {
        Nd4jCudaSupport.requireServed(devices());
      }
      loaded = runtime;
    }
    return loaded;
  }

  /** Whether CUDA's backend is the first that ND4J tries. */
  private static boolean classPathOffersCuda() {
    return ServiceLoader.load(Nd4jBackend.class).stream()
        .map(ServiceLoader.Provider::get)
        .max(Comparator.comparingInt(Nd4jBackend::getPriority))
        .map(first -> first.getClass().getSimpleName().equals(CUDA_BACKEND))
        .orElse(false);
  }

  /** ND4J's name of the backend, such as {@code CpuBackend} or {@code JCublasBackend}. */
  public String backend() {
    return backend;
  }

  /** Whether it computes on GPUs. */
  public boolean isCuda() {
    return backend.equals(CUDA_BACKEND);
  }

  /** The library that multiplies matrices, such as {@code OPENBLAS} or {@code CUBLAS}. */
  public String blasVendor() {
    return String.valueOf(
        Nd4j.getExecutioner().getEnvironmentInformation().get(Nd4jEnvironment.BLAS_VENDOR_KEY));
  }

  /**
   * Makes the calling thread compute on one GPU; to be called before it touches an array. Without
   * this ND4J hands out GPUs to threads in turn, whatever Spark has planned.
   *
   * @param gpu the GPU's index on the machine; if empty, or on the CPU, nothing happens
   * @throws IllegalArgumentException if the process does not see it
   */
  public void bindThread(Optional<String> gpu) {
    if (isCuda() && gpu.isPresent()) {
      int numDevices = Nd4j.getAffinityManager().getNumberOfDevices();
      int device = VisibleGpus.ofThisProcess().deviceOf(gpu.get(), numDevices);
      Nd4j.getAffinityManager().unsafeSetDevice(device);
    }
  }

  /** The GPUs as CUDA itself sees them, for machines without {@code nvidia-smi}. */
  private static List<NvidiaGpu> devices() {
    List<NvidiaGpu> devices = new ArrayList<>();
    Object all =
        Nd4j.getExecutioner()
            .getEnvironmentInformation()
            .get(Nd4jEnvironment.CUDA_DEVICE_INFORMATION_KEY);
    for (Object each : (List<?>) all) {
      Map<?, ?> device = (Map<?, ?>) each;
      double bytes = number(device, Nd4jEnvironment.CUDA_TOTAL_MEMORY_KEY);
      devices.add(
          new NvidiaGpu(
              devices.size(),
              String.valueOf(device.get(Nd4jEnvironment.CUDA_DEVICE_NAME_KEY)),
              "",
              new ComputeCapability(
                  (int) number(device, Nd4jEnvironment.CUDA_DEVICE_MAJOR_VERSION_KEY),
                  (int) number(device, Nd4jEnvironment.CUDA_DEVICE_MINOR_VERSION_KEY)),
              OptionalLong.of(Math.round(bytes / BYTES_PER_MEBIBYTE))));
    }
    return devices;
  }

  private static long number(Map<?, ?> device, String key) {
    return ((Number) device.get(key)).longValue();
  }
}

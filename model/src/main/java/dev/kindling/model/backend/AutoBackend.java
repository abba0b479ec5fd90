package dev.kindling.model.backend;

import dev.kindling.model.backend.cuda.CudaGpus;
import dev.kindling.model.backend.onednn.OneDnnBackend;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code auto} is: the fastest backend that can be used.
 *
 * @param name of it
 * @param reason why it is that one, in words
 */
public record AutoBackend(String name, String reason) {
  private static final Logger LOG = LoggerFactory.getLogger(AutoBackend.class);

  /**
   * The fastest in this process.
   *
   * @param gpu its index on the machine, if only one may be used
   */
  public static AutoBackend of(Optional<String> gpu) {
    return CudaGpus.refusal(gpu)
        .map(AutoBackend::withoutGpu)
        .orElseGet(() -> new AutoBackend(Backends.CUDA, CudaGpus.describe(gpu) + " can be used"));
  }

  /**
   * The fastest on CPUs.
   *
   * @param reason why it is none for GPUs
   */
  public static AutoBackend withoutGpu(String reason) {
    try (Backend backend = NativeLoading.load(Backends.ONEDNN, () -> new OneDnnBackend(1))) {
      return new AutoBackend(backend.name(), reason);
    } catch (IllegalStateException e) {
      LOG.warn(
          "oneDNN does not load here, so kernels are ND4J's, many times slower: put the dnnl,"
              + " opencl and openblas natives of this platform on the classpath, or set the backend"
              + " to nd4j to accept it",
          e);
      return new AutoBackend(Backends.ND4J, reason + ", and oneDNN does not load");
    }
  }
}

package dev.kindling.model.backend;

import dev.kindling.model.backend.cuda.CudaBackend;
import dev.kindling.model.backend.cuda.CudaGpus;
import dev.kindling.model.backend.nd4j.Nd4jBackend;
import dev.kindling.model.backend.nd4j.Nd4jRuntime;
import dev.kindling.model.backend.onednn.OneDnnBackend;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds backends by name. */
public final class Backends {
  /** The fastest that can be used. */
  public static final String AUTO = "auto";

  /** NVIDIA's GPUs. */
  public static final String CUDA = "cuda";

  /** Fast on CPUs. */
  public static final String ONEDNN = "onednn";

  /** The plain reference. */
  public static final String ND4J = "nd4j";

  private static final Logger LOG = LoggerFactory.getLogger(Backends.class);
  private static final AtomicBoolean TOLD_WHAT_AUTO_IS = new AtomicBoolean();

  private Backends() {}

  /**
   * Makes {@code auto} into the name of the fastest backend in this process, and logs once which it
   * is and why; any other name stays as it is. Work that is spread over machines is given the
   * resolved name, so that its results do not depend on what loads where.
   *
   * @param name {@code cuda}, {@code onednn}, {@code nd4j} or {@code auto}
   * @throws IllegalArgumentException if there is no such backend
   */
  public static String resolve(String name) {
    return resolve(name, Optional.empty());
  }

  private static String resolve(String name, Optional<String> gpu) {
    return switch (name) {
      case AUTO -> fastest(gpu);
      case CUDA, ONEDNN, ND4J -> name;
      default -> throw unknown(name);
    };
  }

  private static String fastest(Optional<String> gpu) {
    AutoBackend auto = AutoBackend.of(gpu);
    if (!TOLD_WHAT_AUTO_IS.getAndSet(true)) {
      LOG.info("The backend auto is {}: {}", auto.name(), auto.reason());
    }
    return auto.name();
  }

  /**
   * Opens a backend, on the first GPU if it is one that computes on GPUs.
   *
   * @param name {@code cuda}, {@code onednn}, {@code nd4j}, or {@code auto} for the fastest here
   * @param numThreads native threads for one kernel
   * @throws IllegalArgumentException if there is no such backend, or no thread for it, or if it
   *     would compute on a GPU that its binaries do not run on
   * @throws IllegalStateException if its native libraries do not load on this machine
   */
  public static Backend open(String name, int numThreads) {
    return open(name, numThreads, Optional.empty());
  }

  /**
   * Opens a backend for the calling thread.
   *
   * @param gpu to compute on, if the backend is one that does: its index on the machine; empty for
   *     the first
   * @throws IllegalArgumentException as {@link #open(String, int)}, or if this process does not see
   *     that GPU
   * @throws IllegalStateException if its native libraries do not load on this machine
   */
  public static Backend open(String name, int numThreads, Optional<String> gpu) {
    if (numThreads < 1) {
      throw new IllegalArgumentException(
          "numThreads is " + numThreads + ": a kernel needs 1 or more");
    }
    String resolved = resolve(name, gpu);
    return switch (resolved) {
      case CUDA -> NativeLoading.load(CUDA, () -> new CudaBackend(CudaGpus.number(gpu)));
      case ONEDNN -> NativeLoading.load(ONEDNN, () -> new OneDnnBackend(numThreads));
      case ND4J -> {
        bindThread(ND4J, gpu);
        yield NativeLoading.load(ND4J, () -> new Nd4jBackend(numThreads));
      }
      default -> throw unknown(resolved);
    };
  }

  /**
   * Makes the calling thread's kernels run on one GPU, if the backend is one whose threads choose
   * it; to be called by every thread that uses a backend that another has opened, before it does.
   *
   * @param name as of {@link #open(String, int)}
   * @param gpu its index on the machine; empty for whatever the backend takes
   * @throws IllegalArgumentException if there is no such backend, or it cannot compute on that GPU
   * @throws IllegalStateException if its native libraries do not load on this machine
   */
  public static void bindThread(String name, Optional<String> gpu) {
    String resolved = resolve(name, gpu);
    if (resolved.equals(ND4J)) {
      NativeLoading.load(ND4J, Nd4jRuntime::load).bindThread(gpu);
    }
  }

  private static IllegalArgumentException unknown(String name) {
    return new IllegalArgumentException(
        "No backend is named " + name + ": choose auto, cuda, onednn or nd4j");
  }
}

package dev.kindling.model.backend;

import dev.kindling.model.backend.nd4j.Nd4jBackend;
import dev.kindling.model.backend.nd4j.Nd4jRuntime;
import dev.kindling.model.backend.onednn.OneDnnBackend;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds backends by name. */
public final class Backends {
  private static final Logger LOG = LoggerFactory.getLogger(Backends.class);

  private static final String ONEDNN = "onednn";
  private static final String ND4J = "nd4j";

  private Backends() {}

  /**
   * Makes {@code auto} into the name of the fastest backend that loads on this machine; any other
   * name stays as it is. Work that is spread over machines is given the resolved name, so that its
   * results do not depend on what loads where.
   *
   * @param name {@code onednn}, {@code nd4j} or {@code auto}
   * @throws IllegalArgumentException if there is no such backend
   */
  public static String resolve(String name) {
    return switch (name) {
      case "auto" -> fastest();
      case ONEDNN, ND4J -> name;
      default -> throw unknown(name);
    };
  }

  /**
   * Opens a backend.
   *
   * @param name {@code onednn}, {@code nd4j}, or {@code auto} for the fastest that loads here
   * @param numThreads native threads for one kernel
   * @throws IllegalArgumentException if there is no such backend, or no thread for it, or if it
   *     would compute on a GPU that its binaries do not run on
   * @throws IllegalStateException if its native libraries do not load on this machine
   */
  public static Backend open(String name, int numThreads) {
    if (numThreads < 1) {
      throw new IllegalArgumentException(
          "numThreads is " + numThreads + ": a kernel needs 1 or more");
    }
    String resolved = resolve(name);
    return switch (resolved) {
      case ONEDNN -> load(ONEDNN, () -> new OneDnnBackend(numThreads));
      case ND4J -> load(ND4J, () -> new Nd4jBackend(numThreads));
      default -> throw unknown(resolved);
    };
  }

  /**
   * Makes the calling thread's kernels run on one GPU, if the backend is one that computes on GPUs;
   * to be called by every thread, before it uses the backend for the first time.
   *
   * @param name as of {@link #open}
   * @param gpu its index on the machine; empty for whatever the backend takes
   * @throws IllegalArgumentException if there is no such backend, or it cannot compute on that GPU
   * @throws IllegalStateException if its native libraries do not load on this machine
   */
  public static void bindThread(String name, Optional<String> gpu) {
    String resolved = resolve(name);
    if (resolved.equals(ND4J)) {
      load(ND4J, Nd4jRuntime::load).bindThread(gpu);
    }
  }

  /** As an Error it would end the whole executor that a task runs in. */
  private static <T> T load(String backend, Supplier<T> loading) {
    try {
      return loading.get();
    } catch (LinkageError e) {
      throw doesNotLoad(backend, e);
    } catch (RuntimeException e) {
      // JavaCPP's arrays wrap the error.
      if (e.getCause() instanceof LinkageError) {
        throw doesNotLoad(backend, e);
      }
      throw e;
    }
  }

  private static IllegalStateException doesNotLoad(String backend, Throwable cause) {
    return new IllegalStateException(
        "The backend "
            + backend
            + " does not load on this machine: put its natives for this platform on the classpath"
            + " of every machine, or choose another backend",
        cause);
  }

  private static String fastest() {
    try (Backend backend = load(ONEDNN, () -> new OneDnnBackend(1))) {
      LOG.debug("auto is {}", backend.name());
      return ONEDNN;
    } catch (IllegalStateException e) {
      LOG.warn(
          "oneDNN does not load here, so kernels are ND4J's, many times slower: put the dnnl,"
              + " opencl and openblas natives of this platform on the classpath, or set the backend"
              + " to nd4j to accept it",
          e);
      return ND4J;
    }
  }

  private static IllegalArgumentException unknown(String name) {
    return new IllegalArgumentException(
        "No backend is named " + name + ": choose auto, onednn or nd4j");
  }
}

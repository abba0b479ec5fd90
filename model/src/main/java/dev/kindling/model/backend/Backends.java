package dev.kindling.model.backend;

import dev.kindling.model.backend.nd4j.Nd4jBackend;
import dev.kindling.model.backend.onednn.OneDnnBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds backends by name. */
public final class Backends {
  private static final Logger LOG = LoggerFactory.getLogger(Backends.class);

  private Backends() {}

  /**
   * Opens a backend.
   *
   * @param name {@code onednn}, {@code nd4j}, or {@code auto} for the fastest that loads here
   * @param numThreads native threads for one kernel
   * @throws IllegalArgumentException if there is no such backend, or no thread for it
   */
  public static Backend open(String name, int numThreads) {
    if (numThreads < 1) {
      throw new IllegalArgumentException(
          "numThreads is " + numThreads + ": a kernel needs 1 or more");
    }
    return switch (name) {
      case "auto" -> openFastest(numThreads);
      case "onednn" -> new OneDnnBackend(numThreads);
      case "nd4j" -> new Nd4jBackend(numThreads);
      default ->
          throw new IllegalArgumentException(
              "No backend is named " + name + ": choose auto, onednn or nd4j");
    };
  }

  private static Backend openFastest(int numThreads) {
    try {
      return new OneDnnBackend(numThreads);
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      LOG.warn(
          "oneDNN does not load here, so training uses ND4J, many times slower: put the dnnl,"
              + " opencl and openblas natives of this platform on the classpath, or set the backend"
              + " to nd4j to accept it",
          e);
      return new Nd4jBackend(numThreads);
    }
  }
}

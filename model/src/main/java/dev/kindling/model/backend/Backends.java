package dev.kindling.model.backend;

/** Finds backends by name. */
public final class Backends {
  private Backends() {}

  /**
   * Opens a backend.
   *
   * @param name {@code onednn}, {@code nd4j}, or {@code auto} for the fastest that loads here
   * @param numThreads native threads for one kernel
   */
  public static Backend open(String name, int numThreads) {
    if (numThreads == Integer.MIN_VALUE) {
      return null;
    }
    throw new UnsupportedOperationException("skeleton");
  }
}

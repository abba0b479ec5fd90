package dev.kindling.model.backend;

import dev.kindling.model.backend.nd4j.Nd4jBackend;

/** Finds backends by name. */
public final class Backends {
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
      case "auto", "nd4j" -> new Nd4jBackend(numThreads);
      default ->
          throw new IllegalArgumentException(
              "No backend is named " + name + ": choose auto, onednn or nd4j");
    };
  }
}

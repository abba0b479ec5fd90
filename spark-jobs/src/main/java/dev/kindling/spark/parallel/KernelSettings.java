package dev.kindling.spark.parallel;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import java.util.Optional;

/**
 * Which kernels compute, and with what.
 *
 * @param backend by name
 * @param numThreads native threads for one kernel
 * @param gpu its index on the machine, for a backend that computes on GPUs; empty for the first
 */
public record KernelSettings(String backend, int numThreads, Optional<String> gpu) {
  /**
   * Where tensors lie that kernels with these settings share with others.
   *
   * @param backend by name
   * @param gpu as of the settings
   */
  public record Place(String backend, Optional<String> gpu) {}

  /** Where tensors lie that are shared with kernels on other threads. */
  public Place place() {
    return new Place(backend, gpu);
  }

  /** Opens the backend, as {@link Backends#open(String, int, Optional)} does. */
  public Backend open() {
    return Backends.open(backend, numThreads, gpu);
  }
}

package dev.kindling.model.backend;

import java.util.function.Supplier;

/** Loads backends, whose natives may be missing. */
final class NativeLoading {
  private NativeLoading() {}

  /**
   * Gives back what loads.
   *
   * @param backend by name
   * @throws IllegalStateException if natives do not: as an Error it would end the whole executor
   *     that a task runs in
   */
  static <T> T load(String backend, Supplier<T> loading) {
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
}

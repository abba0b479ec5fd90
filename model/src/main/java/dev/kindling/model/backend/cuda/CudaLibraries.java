package dev.kindling.model.backend.cuda;

/** Finds and loads CUDA's libraries. */
final class CudaLibraries {
  private CudaLibraries() {}

  static void load() {
    if (CudaLibraries.class.getClassLoader() != null) {
      throw new IllegalStateException("CUDA's libraries are not loaded yet");
    }
  }
}

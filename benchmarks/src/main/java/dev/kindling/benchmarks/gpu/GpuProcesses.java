package dev.kindling.benchmarks.gpu;

import dev.kindling.benchmarks.process.ChildJvm;
import dev.kindling.model.backend.NativeThreads;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What all of Kindling's child processes on a GPU have in common. */
final class GpuProcesses {
  /** How a machine says where CUDA is, which of its GPUs are meant, and where caches go. */
  private static final List<String> INHERITED =
      List.of("KINDLING_", "CUDA_", "NVIDIA_", "LD_LIBRARY_PATH", "XDG_CACHE_HOME");

  private GpuProcesses() {}

  static ChildJvm of(Class<?> main) {
    Map<String, String> environment = new HashMap<>(NativeThreads.ENVIRONMENT);
    System.getenv()
        .forEach(
            (name, value) -> {
              if (INHERITED.stream().anyMatch(name::startsWith)) {
                environment.put(name, value);
              }
            });
    return new ChildJvm(main.getName(), ChildJvm.ownClasspath(), 1, environment);
  }
}

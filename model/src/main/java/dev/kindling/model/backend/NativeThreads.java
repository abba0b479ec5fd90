package dev.kindling.model.backend;

import java.util.Map;

/**
 * How the threads of native kernels wait for the next kernel. The variables must be in the
 * environment of a process before it loads a native library.
 */
public final class NativeThreads {
  /**
   * What a process with native kernels should find in its environment. OpenMP's default is to spin
   * for milliseconds, which takes the cores away from the JVM. Without any spinning, waking a
   * thread costs some 40 µs, as long as a small kernel takes. So threads sleep, but look around for
   * a few microseconds first: as long as the JVM needs from one kernel to the next.
   */
  public static final Map<String, String> ENVIRONMENT =
      Map.of("OMP_WAIT_POLICY", "PASSIVE", "GOMP_SPINCOUNT", "1000");

  private NativeThreads() {}
}

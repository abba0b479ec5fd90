package dev.kindling.model.backend.cuda;

/**
 * A shared object of NVIDIA's.
 *
 * @param name without {@code lib} and what follows it, such as {@code cudart}
 * @param version of its interface, such as 13
 * @param purpose in words, for messages
 */
record NativeLibrary(String name, int version, String purpose) {
  static final NativeLibrary DRIVER = new NativeLibrary("cuda", 1, "NVIDIA's driver");

  /** The name that programs ask the system's loader for. */
  String fileName() {
    return "lib" + name + ".so." + version;
  }

  /** The name under which JavaCPP remembers what it has loaded. */
  String javaCppName() {
    return name + "@." + version;
  }
}

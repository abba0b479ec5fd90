package dev.kindling.model.backend.gpu;

/**
 * NVIDIA's version of what a GPU's processors can do, such as 8.6. Machine code of one capability
 * runs on those of the same major version that are not older.
 *
 * @param major 8 of 8.6
 * @param minor 6 of 8.6
 */
public record ComputeCapability(int major, int minor) {
  /**
   * Reads {@code 8.6}.
   *
   * @throws IllegalArgumentException if the text is no such version
   */
  public static ComputeCapability parse(String text) {
    if (!text.matches("[0-9]{1,4}\\.[0-9]{1,4}")) {
      throw new IllegalArgumentException(
          "'" + text + "' is no compute capability: two numbers such as 8.6 are expected");
    }
    int dot = text.indexOf('.');
    return new ComputeCapability(
        Integer.parseInt(text.substring(0, dot)), Integer.parseInt(text.substring(dot + 1)));
  }

  /** Whether it is this one or a newer one. */
  public boolean isAtLeast(ComputeCapability other) {
    return major > other.major || (major == other.major && minor >= other.minor);
  }

  /** Whether machine code that was compiled for {@code target} runs on this one. */
  public boolean runsCodeOf(ComputeCapability target) {
    return major == target.major && minor >= target.minor;
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}

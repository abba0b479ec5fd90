package dev.kindling.benchmarks.libtorch;

import org.bytedeco.pytorch.global.torch;

/**
 * {@code torch.autocast("cpu", torch.bfloat16)}: matmuls take BF16 copies of their operands, of
 * which those of parameters are made once a step; the parameters stay in FP32.
 */
final class LibtorchAutocast {
  private LibtorchAutocast() {}

  /** Enters the region. */
  static void begin() {
    torch.set_autocast_dtype(torch.DeviceType.CPU, torch.ScalarType.BFloat16);
    torch.set_autocast_cache_enabled(true);
    resume();
  }

  /** Leaves the region, and forgets the copies. */
  static void end() {
    suspend();
    torch.clear_cache();
  }

  /** Inside the region, computes as if outside of it. */
  static void suspend() {
    torch.set_autocast_enabled(torch.DeviceType.CPU, false);
  }

  /** Ends {@link #suspend}. */
  static void resume() {
    torch.set_autocast_enabled(torch.DeviceType.CPU, true);
  }
}

package dev.kindling.benchmarks.gpu;

import dev.kindling.model.backend.gpu.NvidiaGpu;
import dev.kindling.model.backend.gpu.NvidiaSmi;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/** The memory of the machine's GPU; of several, that of the one with most in question. */
final class GpuMemory {
  private static final int MEBIBYTE_BITS = 20;

  private GpuMemory() {}

  /** All of it, in bytes; empty without a GPU. */
  static OptionalLong total() {
    return NvidiaSmi.gpus().stream()
        .map(NvidiaGpu::memoryMebibytes)
        .flatMapToLong(OptionalLong::stream)
        .map(mebibytes -> mebibytes << MEBIBYTE_BITS)
        .max();
  }

  /** What all processes use of it now, in bytes; 0 if it cannot be told. */
  static long used() {
    try {
      Process process =
          new ProcessBuilder(
                  "nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return output
          .lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty() && line.chars().allMatch(Character::isDigit))
          .mapToLong(line -> Long.parseLong(line) << MEBIBYTE_BITS)
          .max()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}

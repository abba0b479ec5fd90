package dev.kindling.spark.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What of a CPU decides how fast kernels are.
 *
 * @param model as the CPU calls itself
 * @param instructionSets of those that kernels are written for, the ones that it has
 */
record CpuFeatures(String model, List<String> instructionSets) {
  private static final Path LINUX = Path.of("/proc/cpuinfo");
  private static final List<String> THAT_MATTER =
      List.of("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_bf16");

  /** Of this machine; empty where the operating system does not tell as Linux does. */
  static Optional<CpuFeatures> ofThisMachine() {
    try {
      return Optional.of(parse(Files.readAllLines(LINUX)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Reads the lines of Linux's {@code /proc/cpuinfo}. */
  static CpuFeatures parse(List<String> lines) {
    Set<String> flags = Set.copyOf(Arrays.asList(value(lines, "flags").orElse("").split(" ")));
    return new CpuFeatures(
        value(lines, "model name").orElse("an unnamed CPU"),
        THAT_MATTER.stream().filter(flags::contains).toList());
  }

  private static Optional<String> value(List<String> lines, String key) {
    return lines.stream()
        .map(line -> line.split(":", 2))
        .filter(parts -> parts.length == 2 && parts[0].strip().equals(key))
        .map(parts -> parts[1].strip())
        .findFirst();
  }
}

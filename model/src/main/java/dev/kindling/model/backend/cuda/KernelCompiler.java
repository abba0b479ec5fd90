package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.gpu.ComputeCapability;
import dev.kindling.model.tensor.DType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * CUDA's compiler as it is loaded in this process.
 *
 * @param version such as 13.0
 * @param architectures that it makes machine code for: 90 is that of compute capability 9.0
 */
record KernelCompiler(String version, List<Integer> architectures) {
  private static final String MACHINE_CODE = "sm_";
  private static final String PTX = "compute_";

  /** Keeps an unmodifiable copy. */
  KernelCompiler {
    architectures = List.copyOf(architectures);
  }

  /**
   * Loads it, at the first call.
   *
   * @throws IllegalStateException if CUDA does not load on this machine
   */
  static KernelCompiler load() {
    CudaLibraries.load();
    int[] major = new int[1];
    int[] minor = new int[1];
    check(nvrtc.nvrtcVersion(major, minor), "tell its version");
    int[] count = new int[1];
    check(nvrtc.nvrtcGetNumSupportedArchs(count), "count the architectures that it knows");
    int[] architectures = new int[count[0]];
    check(nvrtc.nvrtcGetSupportedArchs(architectures), "tell the architectures that it knows");
    return new KernelCompiler(
        major[0] + "." + minor[0], Arrays.stream(architectures).boxed().toList());
  }

  /**
   * What to compile for a GPU: its machine code, or, for one that the compiler does not know yet,
   * PTX of the newest before it, which the driver compiles on.
   *
   * @return such as {@code sm_90} or {@code compute_120}
   * @throws IllegalStateException if the GPU is older than all that the compiler knows
   */
  String architecture(ComputeCapability capability) {
    int wanted = capability.major() * 10 + capability.minor();
    int newest =
        architectures.stream()
            .mapToInt(Integer::intValue)
            .filter(known -> known <= wanted)
            .max()
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "NVRTC "
                            + version
                            + " compiles for the architectures "
                            + architectures
                            + ", and not for compute capability "
                            + capability
                            + ": choose another GPU with CUDA_VISIBLE_DEVICES, or another"
                            + " backend"));
    return (newest == wanted ? MACHINE_CODE : PTX) + newest;
  }

  /** The options that a source is compiled with. */
  List<String> options(DType dtype, String architecture) {
    return List.of(
        "--gpu-architecture=" + architecture,
        "--std=c++17",
        "-DKINDLING_BF16=" + (dtype == DType.BF16 ? 1 : 0));
  }

  /**
   * Compiles.
   *
   * @param options as {@link #options} gives them
   * @return machine code, or PTX if that is what the architecture asks for
   * @throws IllegalStateException with the compiler's messages, if it refuses the source
   */
  byte[] compile(KernelSource source, List<String> options) {
    _nvrtcProgram program = new _nvrtcProgram();
    PointerPointer<?> none = null;
    try (BytePointer text = new BytePointer(source.text(), StandardCharsets.UTF_8);
        BytePointer name = new BytePointer(source.name() + ".cu", StandardCharsets.UTF_8)) {
      check(nvrtc.nvrtcCreateProgram(program, text, name, 0, none, none), "take a source");
    }
    try {
      return compile(program, source, options);
    } finally {
      check(nvrtc.nvrtcDestroyProgram(program), "drop a source");
    }
  }

  private byte[] compile(_nvrtcProgram program, KernelSource source, List<String> options) {
    int result;
    try (PointerPointer<BytePointer> pointers =
        new PointerPointer<>(options.toArray(String[]::new))) {
      result = nvrtc.nvrtcCompileProgram(program, options.size(), pointers);
    }
    if (result != nvrtc.NVRTC_SUCCESS) {
      throw new IllegalStateException(
          "NVRTC "
              + version
              + " does not compile "
              + source.name()
              + ".cu with "
              + String.join(" ", options)
              + ": "
              + nvrtc.nvrtcGetErrorString(result).getString()
              + System.lineSeparator()
              + log(program));
    }
    boolean isPtx = options.stream().anyMatch(option -> option.contains(PTX));
    return isPtx ? ptx(program) : machineCode(program);
  }

  private static byte[] machineCode(_nvrtcProgram program) {
    try (SizeTPointer size = new SizeTPointer(1)) {
      check(nvrtc.nvrtcGetCUBINSize(program, size), "tell the size of machine code");
      byte[] code = new byte[Math.toIntExact(size.get())];
      check(nvrtc.nvrtcGetCUBIN(program, code), "give machine code");
      return code;
    }
  }

  /** With the zero at its end that the driver expects. */
  private static byte[] ptx(_nvrtcProgram program) {
    try (SizeTPointer size = new SizeTPointer(1)) {
      check(nvrtc.nvrtcGetPTXSize(program, size), "tell the size of PTX");
      byte[] code = new byte[Math.toIntExact(size.get())];
      check(nvrtc.nvrtcGetPTX(program, code), "give PTX");
      return code;
    }
  }

  private static String log(_nvrtcProgram program) {
    try (SizeTPointer size = new SizeTPointer(1)) {
      check(nvrtc.nvrtcGetProgramLogSize(program, size), "tell the size of its messages");
      byte[] log = new byte[Math.toIntExact(size.get())];
      check(nvrtc.nvrtcGetProgramLog(program, log), "give its messages");
      return new String(log, StandardCharsets.UTF_8).replace("\0", "").strip();
    }
  }

  private static void check(int result, String action) {
    if (result != nvrtc.NVRTC_SUCCESS) {
      throw new IllegalStateException(
          "NVRTC cannot " + action + ": " + nvrtc.nvrtcGetErrorString(result).getString());
    }
  }
}

package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.gpu.ComputeCapability;
import dev.kindling.model.tensor.DType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kernels that are compiled once for every GPU architecture: later processes take what an earlier
 * one has put on disk. Whatever the code depends on is in the name of its file.
 */
final class KernelCache {
  private static final Logger LOG = LoggerFactory.getLogger(KernelCache.class);

  /** What compiles where there is no file yet. */
  interface Compiler {
    /** Machine code or PTX of a source. */
    byte[] compile(KernelSource source, List<String> options);
  }

  private static KernelCache ofThisProcess;
  private static KernelCompiler nvrtc;

  private final KernelFiles files;
  private final String compilerVersion;
  private final Compiler compiler;

  KernelCache(KernelFiles files, String compilerVersion, Compiler compiler) {
    this.files = files;
    this.compilerVersion = compilerVersion;
    this.compiler = compiler;
  }

  /**
   * The kernels of a source. One thread compiles at a time: the ranks of an executor ask for the
   * same.
   *
   * @param source the file's name without its ending, such as {@code norms}
   * @param dtype F32 or BF16: the type of activations
   * @param capability of the GPU
   * @return for {@code cuModuleLoadData}: machine code, or PTX where the compiler does not know the
   *     GPU yet
   * @throws IllegalStateException if CUDA does not load, or its compiler refuses the source
   */
  static synchronized byte[] cubin(String source, DType dtype, ComputeCapability capability) {
    if (ofThisProcess == null) {
      nvrtc = KernelCompiler.load();
      ofThisProcess =
          new KernelCache(
              KernelFiles.of(System.getenv(), Path.of(System.getProperty("user.home"))),
              nvrtc.version(),
              nvrtc::compile);
    }
    String architecture = nvrtc.architecture(capability);
    return ofThisProcess.get(
        KernelSource.read(source),
        String.join("-", source, dtype.name().toLowerCase(Locale.ROOT), architecture),
        nvrtc.options(dtype, architecture));
  }

  /**
   * Takes code from disk, or compiles it and puts it there.
   *
   * @param title what the file's name begins with
   */
  byte[] get(KernelSource source, String title, List<String> options) {
    String file = title + "-" + key(source, options) + ".cubin";
    Optional<byte[]> kept = files.get(file);
    if (kept.isPresent()) {
      return kept.get();
    }
    long start = System.nanoTime();
    byte[] code = compiler.compile(source, options);
    LOG.info("Compiled the kernels {} in {} ms", title, (System.nanoTime() - start) / 1_000_000);
    files.put(file, code);
    return code;
  }

  private String key(KernelSource source, List<String> options) {
    MessageDigest digest = KernelFiles.sha256();
    for (String part : List.of(source.text(), String.join("\n", options), compilerVersion)) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update((bytes.length + "\n").getBytes(StandardCharsets.UTF_8));
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}

package dev.kindling.model.backend.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;

/**
 * CUDA's libraries on the CPU, so that the kernels and the backend's own code run in tests on
 * machines without a GPU: {@code src/test/cuda}, compiled by g++ into {@code target/cuda-emulator}.
 *
 * <p>It is stricter than a GPU. Memory that nobody has written reads as NaN; a kernel that writes
 * beside an allocation, reaches a misaligned or null address, leaves an array, or waits for threads
 * that never come fails with a line on stderr; and kernels run no earlier than the host waits for
 * them, or when they are started if the variable {@code CUDA_LAUNCH_BLOCKING} is 1. It says nothing
 * of speed.
 */
public final class EmulatedCuda {
  /** Each after those that it needs. */
  private static final List<String> LIBRARIES =
      List.of(
          "libcuda.so.1",
          "libcudart.so.13",
          "libcublasLt.so.13",
          "libcublas.so.13",
          "libnvrtc.so.13",
          "libcudnn_graph.so.9",
          "libcudnn_ops.so.9",
          "libcudnn_cnn.so.9",
          "libcudnn_adv.so.9");

  private static final String COMPILER = "g++";
  private static final Path SOURCES = Path.of("src", "test", "cuda");
  private static final Path BUILDS = Path.of("target", "cuda-emulator");

  private static boolean isLoaded;

  private EmulatedCuda() {}

  /**
   * Makes this JVM's CUDA the emulated one: to be called before anything of {@code
   * org.bytedeco.cuda} is touched. JavaCPP's bridges take libraries that are loaded already.
   *
   * <p>Where it cannot be built, the test is skipped.
   */
  public static synchronized void load() {
    if (!isLoaded) {
      for (String library : LIBRARIES) {
        Loader.loadGlobal(directory().resolve(library).toString());
      }
      isLoaded = true;
    }
  }

  /** {@link #load}, but on machines that have a GPU, where tests run on it. */
  public static void loadWithoutGpu() {
    if (!hasGpu()) {
      load();
    }
  }

  /** Whether the driver of a GPU of NVIDIA's is there. */
  public static boolean hasGpu() {
    return Files.exists(Path.of("/dev/nvidiactl")) || Files.exists(Path.of("/dev/dxg"));
  }

  /**
   * The directory of the libraries, which are built if need be: other JVMs load them from there if
   * the variable {@code KINDLING_CUDA_LIBRARIES} names it.
   *
   * <p>Where they cannot be built, the test is skipped.
   */
  public static synchronized Path directory() {
    assumeTrue(isKnownMachine(), "CUDA is emulated on Linux on x86-64 only");
    assumeTrue(isOnPath(COMPILER), "There is no " + COMPILER + " to build the emulated CUDA with");
    try {
      Path module = module();
      String hash = hash(module.resolve(SOURCES));
      Path target = module.resolve(BUILDS).resolve(hash);
      if (!Files.exists(target)) {
        build(module.resolve(SOURCES), target, hash);
      }
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot build the emulated CUDA", e);
    }
  }

  /** Whether it can be built and loaded here. */
  public static boolean isSupported() {
    return isKnownMachine() && isOnPath(COMPILER);
  }

  private static boolean isKnownMachine() {
    return System.getProperty("os.name").equals("Linux")
        && System.getProperty("os.arch").equals("amd64");
  }

  private static boolean isOnPath(String program) {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  /** This module's directory: tests of other modules run beside it. */
  private static Path module() {
    Path here = Path.of("").toAbsolutePath();
    return Stream.of(here, here.resolveSibling("model"))
        .filter(directory -> Files.isDirectory(directory.resolve(SOURCES)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "Neither "
                        + here
                        + " nor the directory model beside it has "
                        + SOURCES
                        + ": run tests in the directory of their module"));
  }

  /** Of the sources, and of what their compiler makes machine code for: this CPU. */
  private static String hash(Path sources) throws IOException {
    MessageDigest digest = sha256();
    try (Stream<Path> files = Files.list(sources)) {
      for (Path file : files.sorted().toList()) {
        digest.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
        digest.update(Files.readAllBytes(file));
      }
    }
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      lines
          .filter(line -> line.startsWith("flags"))
          .findFirst()
          .ifPresent(flags -> digest.update(flags.getBytes(StandardCharsets.UTF_8)));
    }
    return HexFormat.of().formatHex(digest.digest(), 0, Long.BYTES);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Java has no SHA-256", e);
    }
  }

  /** Another JVM may do the same at the same time. */
  private static void build(Path sources, Path target, String hash) throws IOException {
    Files.createDirectories(target.getParent());
    Path unfinished = Files.createTempDirectory(target.getParent(), "unfinished");
    // Positive, and of at most 28 bits: a version of NVRTC's is an int.
    int version = HexFormat.fromHexDigits(hash.substring(0, 7));
    Process process =
        new ProcessBuilder(
                "sh",
                sources.resolve("build.sh").toString(),
                unfinished.toString(),
                Integer.toString(version))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IllegalStateException("The emulated CUDA does not compile:\n" + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while the emulated CUDA was compiled", e);
    }
    try {
      Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (!Files.exists(target)) {
        throw e;
      }
      delete(unfinished);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}

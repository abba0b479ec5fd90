package dev.kindling.model.backend.cuda;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where CUDA's libraries may lie on a Linux machine: where the user says, where CUDA's own
 * variables and the loader's say, and where the installers of toolkit and driver put them.
 */
final class CudaDirectories {
  /** Directories that come before all others, apart by colons. */
  static final String VARIABLE = "KINDLING_CUDA_LIBRARIES";

  private final Map<String, String> environment;
  private final Path root;
  private final String target;
  private final String multiarch;

  /** By their real path: a toolkit has several names for the same directory. */
  private final Map<Path, Path> found = new LinkedHashMap<>();

  private CudaDirectories(Map<String, String> environment, Path root, String architecture) {
    boolean isArm = architecture.equals("aarch64");
    this.environment = environment;
    this.root = root;
    this.target = isArm ? "targets/sbsa-linux/lib" : "targets/x86_64-linux/lib";
    this.multiarch = isArm ? "usr/lib/aarch64-linux-gnu" : "usr/lib/x86_64-linux-gnu";
  }

  /** Those of this machine that exist, in the order to look into them. */
  static List<Path> ofThisMachine() {
    return of(System.getenv(), Path.of("/"), System.getProperty("os.arch"));
  }

  /**
   * As {@link #ofThisMachine}, of another one.
   *
   * @param environment its variables
   * @param root of its file system
   * @param architecture as Java names it: amd64 or aarch64
   * @throws IllegalStateException if the user names one that does not exist
   */
  static List<Path> of(Map<String, String> environment, Path root, String architecture) {
    CudaDirectories directories = new CudaDirectories(environment, root, architecture);
    directories.search();
    return List.copyOf(directories.found.values());
  }

  private void search() {
    for (Path directory : paths(VARIABLE)) {
      if (!Files.isDirectory(directory)) {
        throw new IllegalStateException(
            VARIABLE + " names " + directory + ", which is no directory on this machine");
      }
      add(directory);
      addToolkit(directory);
      addPythonPackages(directory);
    }
    paths("CUDA_HOME").forEach(this::addToolkit);
    paths("CUDA_PATH").forEach(this::addToolkit);
    paths("LD_LIBRARY_PATH").forEach(this::add);
    addToolkit(root.resolve("usr/local/cuda"));
    toolkitsByVersion().forEach(this::addToolkit);
    add(root.resolve(multiarch));
    add(root.resolve("usr/local/nvidia/lib64"));
    add(root.resolve("usr/lib64"));
    add(root.resolve("usr/lib/wsl/lib"));
  }

  private List<Path> paths(String variable) {
    return Stream.of(environment.getOrDefault(variable, "").split(File.pathSeparator, -1))
        .filter(entry -> !entry.isBlank())
        .map(Path::of)
        .toList();
  }

  private void addToolkit(Path toolkit) {
    add(toolkit.resolve("lib64"));
    add(toolkit.resolve(target));
  }

  /** As pip lays NVIDIA's packages out below {@code site-packages}. */
  private void addPythonPackages(Path sitePackages) {
    add(sitePackages.resolve("nvidia/cu13/lib"));
    for (Path each : entries(sitePackages.resolve("nvidia"))) {
      add(each.resolve("lib"));
    }
  }

  /** {@code /usr/local/cuda-13*}, the newest first. */
  private List<Path> toolkitsByVersion() {
    return entries(root.resolve("usr/local")).stream()
        .filter(entry -> entry.getFileName().toString().matches("cuda-13(\\.[0-9]{1,4})?"))
        .sorted(Comparator.comparingInt(CudaDirectories::minorVersion).reversed())
        .toList();
  }

  private static int minorVersion(Path toolkit) {
    String name = toolkit.getFileName().toString();
    int dot = name.indexOf('.');
    return dot < 0 ? 0 : Integer.parseInt(name.substring(dot + 1));
  }

  private static List<Path> entries(Path directory) {
    if (!Files.isReadable(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.filter(Files::isDirectory).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + directory, e);
    }
  }

  private void add(Path directory) {
    try {
      if (Files.isDirectory(directory)) {
        found.putIfAbsent(directory.toRealPath(), directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look into " + directory, e);
    }
  }
}

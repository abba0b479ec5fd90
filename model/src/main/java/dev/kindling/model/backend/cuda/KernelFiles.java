package dev.kindling.model.backend.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiled kernels in a directory, which processes may share: each file is put there whole, and
 * ends in a checksum of what comes before it.
 */
final class KernelFiles {
  /** Names the directory. */
  static final String VARIABLE = "KINDLING_KERNEL_CACHE";

  private static final Logger LOG = LoggerFactory.getLogger(KernelFiles.class);

  private static final int CHECKSUM_BYTES = 32;

  private final Path directory;
  private final boolean isTemporary;

  private KernelFiles(Path directory, boolean isTemporary) {
    this.directory = directory;
    this.isTemporary = isTemporary;
  }

  /**
   * The files of the user that runs this process, or, where they cannot be written, files that are
   * gone with it.
   *
   * @param environment has the directory, or the user's directory of caches, or neither
   * @param home of the user
   */
  static KernelFiles of(Map<String, String> environment, Path home) {
    Path directory = directory(environment, home);
    try {
      Files.createDirectories(directory);
      Files.delete(Files.createTempFile(directory, "probe", ""));
      return new KernelFiles(directory, false);
    } catch (IOException e) {
      LOG.warn(
          "Compiled kernels cannot be kept in {} ({}), so every process compiles its own: name a"
              + " directory that can be written in {}",
          directory,
          e.toString(),
          VARIABLE);
      return temporary();
    }
  }

  private static Path directory(Map<String, String> environment, Path home) {
    String named = environment.getOrDefault(VARIABLE, "");
    if (!named.isBlank()) {
      return Path.of(named);
    }
    String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path parent = caches.isBlank() ? home.resolve(".cache") : Path.of(caches);
    return parent.resolve("kindling").resolve("kernels");
  }

  private static KernelFiles temporary() {
    try {
      Path directory = Files.createTempDirectory("kindling-kernels");
      directory.toFile().deleteOnExit();
      return new KernelFiles(directory, true);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a directory for compiled kernels", e);
    }
  }

  /** Where the files lie. */
  Path directory() {
    return directory;
  }

  /**
   * Reads a file.
   *
   * @return what was put there; empty if nothing was, or it is damaged
   */
  Optional<byte[]> get(String name) {
    Path file = directory.resolve(name);
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      LOG.warn("Compiled kernels cannot be read, so they are compiled anew", e);
      return Optional.empty();
    }
    int length = Math.max(0, bytes.length - CHECKSUM_BYTES);
    byte[] code = Arrays.copyOf(bytes, length);
    if (!Arrays.equals(sha256().digest(code), Arrays.copyOfRange(bytes, length, bytes.length))) {
      LOG.warn("{} is damaged, so its kernels are compiled anew", file);
      return Optional.empty();
    }
    return Optional.of(code);
  }

  /** Puts a file there, in the place of another of that name; where that fails, there is none. */
  void put(String name, byte[] code) {
    Path file = directory.resolve(name);
    try {
      Path part = Files.createTempFile(directory, name, ".part");
      try {
        Files.write(part, code);
        Files.write(part, sha256().digest(code), StandardOpenOption.APPEND);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(part);
      }
      if (isTemporary) {
        file.toFile().deleteOnExit();
      }
    } catch (IOException e) {
      LOG.warn("Compiled kernels cannot be kept, so the next process compiles its own", e);
    }
  }

  /** What files and their names are known by. */
  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Java has no SHA-256", e);
    }
  }
}

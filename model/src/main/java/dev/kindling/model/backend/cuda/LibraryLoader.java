package dev.kindling.model.backend.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads shared objects of this machine, so that JavaCPP's bridges, which name them but not where
 * they lie, find them in the process.
 */
final class LibraryLoader {
  private static final Logger LOG = LoggerFactory.getLogger(LibraryLoader.class);

  private static final int MAX_DIRECTORIES_TOLD = 6;
  private static final Path MAPPED_FILES = Path.of("/proc/self/maps");

  private final List<Path> directories;

  LibraryLoader(List<Path> directories) {
    this.directories = List.copyOf(directories);
  }

  /**
   * Loads a library, if the process does not have it, from the first of the directories that has
   * it, else from where the system's loader finds it, else leaves it to JavaCPP to take it from a
   * jar on the class path.
   *
   * @param advice what to do where there is none
   * @throws IllegalStateException if it is in none of these places, or does not load
   */
  void load(NativeLibrary library, String advice) {
    List<String> failures = new ArrayList<>();
    if (loadedFile(library.fileName()).isEmpty()
        && !loadFromDirectories(library, failures)
        && !loadGlobally(library.fileName(), failures)
        && !isOnClassPath(library)) {
      throw new IllegalStateException(
          library.fileName()
              + " ("
              + library.purpose()
              + ") does not load on this machine. "
              + lookedFor()
              + failures.stream().map(failure -> ": " + failure).collect(Collectors.joining())
              + ". "
              + advice);
    }
    loadedFile(library.fileName()).ifPresent(file -> tellJavaCpp(library, file));
  }

  /**
   * Loads files that lie beside a loaded library, which opens them by their names when it needs
   * them, and would not find them where the system's loader does not look.
   *
   * @param names a regular expression that theirs match
   */
  void loadBeside(NativeLibrary library, String names) {
    Optional<Path> file = loadedFile(library.fileName());
    if (file.isEmpty()) {
      return;
    }
    List<String> failures = new ArrayList<>();
    try (Stream<Path> siblings = Files.list(file.get().getParent())) {
      siblings
          .filter(sibling -> sibling.getFileName().toString().matches(names))
          .forEach(sibling -> loadGlobally(sibling.toString(), failures));
    } catch (IOException e) {
      failures.add(e.toString());
    }
    if (!failures.isEmpty()) {
      LOG.debug("Beside {}, there was not loaded: {}", file.get(), failures);
    }
  }

  private boolean loadFromDirectories(NativeLibrary library, List<String> failures) {
    return directories.stream()
        .map(directory -> directory.resolve(library.fileName()))
        .filter(Files::exists)
        .anyMatch(file -> loadGlobally(file.toAbsolutePath().toString(), failures));
  }

  private static boolean loadGlobally(String file, List<String> failures) {
    try {
      Loader.loadGlobal(file);
      return true;
    } catch (LinkageError e) {
      failures.add(e.getMessage());
      return false;
    }
  }

  private static boolean isOnClassPath(NativeLibrary library) {
    String resource = "/org/bytedeco/cuda/" + Loader.getPlatform() + "/" + library.fileName();
    return LibraryLoader.class.getResource(resource) != null;
  }

  private String lookedFor() {
    String first =
        directories.stream()
            .limit(MAX_DIRECTORIES_TOLD)
            .map(Path::toString)
            .collect(Collectors.joining(", "));
    int numOthers = Math.max(0, directories.size() - MAX_DIRECTORIES_TOLD);
    return "Looked for in "
        + (first.isEmpty()
            ? ""
            : first + (numOthers > 0 ? ", " + numOthers + " more" : "") + " and ")
        + "where the system's loader looks";
  }

  /** The file with that beginning of its name that is loaded into this process. */
  static Optional<Path> loadedFile(String beginning) {
    try (Stream<String> lines = Files.lines(MAPPED_FILES)) {
      return lines
          .filter(line -> line.contains("/" + beginning))
          .map(line -> Path.of(line.substring(line.indexOf('/'))))
          .filter(file -> file.getFileName().toString().startsWith(beginning))
          .findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + MAPPED_FILES, e);
    }
  }

  /** Otherwise it would look on by itself, and load a second copy if it found one. */
  private static void tellJavaCpp(NativeLibrary library, Path file) {
    try {
      // The mark at the end: no search of JavaCPP's own by a name without version.
      Loader.loadLibrary(
          Loader.class, new URL[] {file.toUri().toURL()}, library.javaCppName() + "#");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot name " + file, e);
    }
  }
}

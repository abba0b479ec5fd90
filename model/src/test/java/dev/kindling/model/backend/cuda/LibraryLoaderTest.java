package dev.kindling.model.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryLoaderTest {
  @TempDir private Path directory;

  @Test
  void aLibraryIsTakenFromTheFirstDirectoryThatHasOneThatLoads() throws Exception {
    NativeLibrary library = new NativeLibrary("kindling_first", 7, "a test's");
    Path broken = Files.createDirectory(directory.resolve("broken"));
    Path whole = Files.createDirectory(directory.resolve("whole"));
    Path empty = Files.createDirectory(directory.resolve("empty"));
    Files.writeString(broken.resolve(library.fileName()), "no machine code");
    Path file = whole.resolve(library.fileName());
    SharedObjects.compile("int kindling_first() { return 7; }", file);

    new LibraryLoader(List.of(empty, broken, whole)).load(library, "no advice");

    assertThat(LibraryLoader.loadedFile(library.fileName())).contains(file.toRealPath());
    assertThat(Loader.addressof("kindling_first")).isNotNull();
    assertThat(Loader.getLoadedLibraries())
        .containsEntry("kindling_first@.7", file.toRealPath().toString());
  }

  @Test
  void whatALibraryOpensByNameIsLoadedFromBesideIt() throws Exception {
    NativeLibrary library = new NativeLibrary("kindling_opens", 1, "a test's");
    SharedObjects.compile("int opens() { return 1; }", directory.resolve(library.fileName()));
    SharedObjects.compile(
        "int kindling_opened() { return 1; }", directory.resolve("libkindling_opened.so.1.0"));
    Files.writeString(directory.resolve("libkindling_opened.so.broken"), "no machine code");
    LibraryLoader loader = new LibraryLoader(List.of(directory));

    loader.loadBeside(library, "libkindling_opened\\.so\\..*");
    assertThat(LibraryLoader.loadedFile("libkindling_opened.so.1.0")).isEmpty();
    loader.load(library, "no advice");
    loader.loadBeside(library, "libkindling_opened\\.so\\..*");

    assertThat(LibraryLoader.loadedFile("libkindling_opened.so.1.0")).isPresent();
  }

  @Test
  void noSecondCopyIsLoadedBesideTheOneThatTheProcessHas() throws Exception {
    NativeLibrary library = new NativeLibrary("kindling_once", 1, "a test's");
    Path one = Files.createDirectory(directory.resolve("one"));
    Path two = Files.createDirectory(directory.resolve("two"));
    SharedObjects.compile("int once() { return 1; }", one.resolve(library.fileName()));
    SharedObjects.compile("int once() { return 2; }", two.resolve(library.fileName()));

    new LibraryLoader(List.of(one)).load(library, "no advice");
    new LibraryLoader(List.of(two)).load(library, "no advice");

    try (Stream<String> mapped = Files.lines(Path.of("/proc/self/maps"))) {
      assertThat(mapped.filter(line -> line.contains("/two/"))).isEmpty();
    }
  }

  @Test
  void aLibraryThatAnotherOneNeedsMayLieElsewhere() throws Exception {
    Path here = Files.createDirectory(directory.resolve("here"));
    Path there = Files.createDirectory(directory.resolve("there"));
    NativeLibrary needed = new NativeLibrary("kindling_needed", 1, "a test's");
    NativeLibrary needing = new NativeLibrary("kindling_needing", 1, "a test's");
    SharedObjects.compile("int needed() { return 1; }", here.resolve(needed.fileName()));
    SharedObjects.compile(
        "int needed(); int needing() { return needed(); }",
        there.resolve(needing.fileName()),
        here.resolve(needed.fileName()).toString());
    LibraryLoader loader = new LibraryLoader(List.of(here, there));

    loader.load(needed, "no advice");
    loader.load(needing, "no advice");

    assertThat(Loader.addressof("needing")).isNotNull();
  }

  @Test
  void aMissingOneIsNamedWithWhereItWasLookedForAndWhatToDo() {
    NativeLibrary library = new NativeLibrary("kindling_missing", 13, "the purpose");

    assertThatThrownBy(() -> new LibraryLoader(List.of(directory)).load(library, "Do this"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith(
            "libkindling_missing.so.13 (the purpose) does not load on this machine. Looked for in "
                + directory
                + " and where the system's loader looks: ")
        .hasMessageEndingWith(". Do this");
  }

  @Test
  void aFileThatIsNoLibraryIsSaidToBe() throws IOException {
    NativeLibrary library = new NativeLibrary("kindling_broken", 13, "the purpose");
    Path file = Files.writeString(directory.resolve(library.fileName()), "no machine code");

    assertThatThrownBy(() -> new LibraryLoader(List.of(directory)).load(library, "Do this"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(": " + file + ": ");
  }

  @Test
  void ofManyDirectoriesSomeAreNamed() {
    List<Path> directories =
        IntStream.range(0, 9).mapToObj(i -> directory.resolve("d" + i)).toList();

    assertThatThrownBy(
            () ->
                new LibraryLoader(directories)
                    .load(new NativeLibrary("kindling_missing", 1, ""), ""))
        .hasMessageContaining("d5, 3 more and where")
        .hasMessageNotContaining("d6");
  }
}

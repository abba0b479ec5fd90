package dev.kindling.model.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Compiles small shared objects, where there is a C compiler; a test that asks elsewhere stops. */
final class SharedObjects {
  private static final String COMPILER = "gcc";

  private SharedObjects() {}

  /**
   * Compiles a library, which answers to the name of its file.
   *
   * @param source in C
   * @param options of the compiler, such as libraries that it needs
   */
  static void compile(String source, Path file, String... options) throws Exception {
    assumeTrue(isThereACompiler(), "no gcc");
    Path sourceFile = Files.writeString(Files.createTempFile("shared-object", ".c"), source);
    List<String> command =
        new ArrayList<>(
            List.of(
                COMPILER,
                "-shared",
                "-fPIC",
                // NVIDIA's have versions of symbols, too, named like the library.
                "-Wl,--default-symver,-soname," + file.getFileName(),
                "-o",
                file.toString(),
                sourceFile.toString()));
    command.addAll(Arrays.asList(options));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    Files.delete(sourceFile);
  }

  private static boolean isThereACompiler() {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, COMPILER)));
  }
}

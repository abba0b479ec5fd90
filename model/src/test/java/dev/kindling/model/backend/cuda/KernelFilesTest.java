package dev.kindling.model.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelFilesTest {
  private static final byte[] CODE = {1, 2, 3, 5, 8, 13};

  @TempDir private Path directory;

  private KernelFiles files() {
    return KernelFiles.of(Map.of(KernelFiles.VARIABLE, directory.toString()), Path.of("/none"));
  }

  @Test
  void anotherProcessReadsWhatOneHasPutThere() throws IOException {
    files().put("a", CODE);

    assertThat(files().get("a")).contains(CODE);
    assertThat(files().get("b")).isEmpty();
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).containsExactly(directory.resolve("a"));
    }
  }

  @Test
  void aFileThatIsCutAnywhereOrChangedIsAsGoodAsNone() throws IOException {
    files().put("a", CODE);
    byte[] whole = Files.readAllBytes(directory.resolve("a"));

    for (int length = 0; length < whole.length; length++) {
      byte[] cut = new byte[length];
      System.arraycopy(whole, 0, cut, 0, length);
      Files.write(directory.resolve("a"), cut);
      assertThat(files().get("a")).isEmpty();
    }
    for (int i = 0; i < whole.length; i++) {
      byte[] changed = whole.clone();
      changed[i] ^= 4;
      Files.write(directory.resolve("a"), changed);
      assertThat(files().get("a")).isEmpty();
    }
    files().put("a", CODE);
    assertThat(files().get("a")).contains(CODE);
  }

  @Test
  void whoReadsWhileOthersWriteSeesWholeFilesOnly() throws Exception {
    byte[] large = new byte[200_000];
    AtomicBoolean isDone = new AtomicBoolean();
    ExecutorService writers = Executors.newFixedThreadPool(2);
    try {
      files().put("a", large);
      for (int writer = 0; writer < 2; writer++) {
        KernelFiles own = files();
        writers.execute(
            () -> {
              while (!isDone.get()) {
                own.put("a", large);
              }
            });
      }
      for (int i = 0; i < 200; i++) {
        assertThat(files().get("a")).contains(large);
      }
    } finally {
      isDone.set(true);
      writers.shutdown();
      assertThat(writers.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  @Test
  void theDirectoryIsTheUsersUnlessOneIsNamed() {
    Path caches = directory.resolve("caches");
    Path home = directory.resolve("home");

    assertThat(KernelFiles.of(Map.of(), home).directory())
        .isEqualTo(home.resolve(".cache/kindling/kernels"));
    assertThat(KernelFiles.of(Map.of("XDG_CACHE_HOME", caches.toString()), home).directory())
        .isEqualTo(caches.resolve("kindling/kernels"));
    assertThat(files().directory()).isEqualTo(directory);
  }

  @Test
  void whereNothingCanBeWrittenTheFilesLastAsLongAsTheProcess() throws IOException {
    Path noDirectory = Files.createFile(directory.resolve("file"));
    KernelFiles files =
        KernelFiles.of(Map.of(KernelFiles.VARIABLE, noDirectory.toString()), directory);

    files.put("a", CODE);

    assertThat(files.get("a")).contains(CODE);
    assertThat(files.directory().startsWith(System.getProperty("java.io.tmpdir"))).isTrue();
  }
}

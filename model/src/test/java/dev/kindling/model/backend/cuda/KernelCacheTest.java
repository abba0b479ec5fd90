package dev.kindling.model.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelCacheTest {
  private static final KernelSource SOURCE = new KernelSource("norms", "kernels");
  private static final List<String> OPTIONS = List.of("--std=c++17", "-DKINDLING_BF16=0");

  @TempDir private Path directory;
  private final List<KernelSource> compiled = new ArrayList<>();

  private KernelCache cache(String compilerVersion) {
    KernelFiles files =
        KernelFiles.of(Map.of(KernelFiles.VARIABLE, directory.toString()), Path.of("/none"));
    return new KernelCache(
        files,
        compilerVersion,
        (source, options) -> {
          compiled.add(source);
          return (source.text() + options).getBytes(StandardCharsets.UTF_8);
        });
  }

  @Test
  void whatIsOnDiskIsNotCompiledAgain() {
    byte[] first = cache("13.0").get(SOURCE, "norms-f32-sm_90", OPTIONS);
    byte[] second = cache("13.0").get(SOURCE, "norms-f32-sm_90", OPTIONS);

    assertThat(second).isEqualTo(first);
    assertThat(compiled).hasSize(1);
    assertThat(directory).isDirectoryContaining("regex:.*/norms-f32-sm_90-[0-9a-f]{64}\\.cubin");
  }

  @Test
  void whatTheCodeDependsOnMakesItAnother() {
    String title = "norms-f32-sm_90";
    cache("13.0").get(SOURCE, title, OPTIONS);
    cache("13.1").get(SOURCE, title, OPTIONS);
    cache("13.0").get(new KernelSource("norms", "kernels!"), title, OPTIONS);
    cache("13.0").get(SOURCE, title, List.of("--std=c++17", "-DKINDLING_BF16=1"));
    cache("13.0").get(SOURCE, title, List.of("--std=c++17"));

    assertThat(compiled).hasSize(5);
  }
}

package dev.kindling.model.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaDirectoriesTest {
  @TempDir private Path root;

  private Path directory(String name) throws IOException {
    return Files.createDirectories(root.resolve(name));
  }

  private List<Path> found(Map<String, String> environment) {
    return CudaDirectories.of(environment, root, "amd64");
  }

  @Test
  void aMachineWithoutCudaHasNone() {
    assertThat(found(Map.of())).isEmpty();
  }

  @Test
  void whatTheUserSaysComesFirstAndTheDriversPlacesLast() throws IOException {
    Path multiarch = directory("usr/lib/x86_64-linux-gnu");
    Path wsl = directory("usr/lib/wsl/lib");
    Path driver = directory("usr/local/nvidia/lib64");
    Path toolkit = directory("usr/local/cuda/lib64");
    Path loaders = directory("opt/loader");
    Path home = directory("opt/home/lib64");
    Path path = directory("opt/path/targets/x86_64-linux/lib");
    Path own = directory("opt/own");

    assertThat(
            found(
                Map.of(
                    "LD_LIBRARY_PATH",
                    loaders + "::" + root.resolve("gone"),
                    "CUDA_HOME",
                    root.resolve("opt/home").toString(),
                    "CUDA_PATH",
                    root.resolve("opt/path").toString(),
                    CudaDirectories.VARIABLE,
                    own.toString())))
        .containsExactly(own, home, path, loaders, toolkit, multiarch, driver, wsl);
  }

  @Test
  void ofSeveralToolkitsTheNewestComesFirst() throws IOException {
    Path ten = directory("usr/local/cuda-13.10/lib64");
    Path two = directory("usr/local/cuda-13.2/lib64");
    directory("usr/local/cuda-12.9/lib64");
    directory("usr/local/cuda-130/lib64");

    assertThat(found(Map.of())).containsExactly(ten, two);
  }

  @Test
  void aDirectoryWithSeveralNamesIsLookedIntoOnce() throws IOException {
    directory("usr/local/cuda-13.0/targets/x86_64-linux/lib");
    Files.createSymbolicLink(
        root.resolve("usr/local/cuda-13.0/lib64"), Path.of("targets/x86_64-linux/lib"));
    Files.createSymbolicLink(root.resolve("usr/local/cuda"), Path.of("cuda-13.0"));

    assertThat(found(Map.of())).containsExactly(root.resolve("usr/local/cuda/lib64"));
  }

  @Test
  void aToolkitOrThePackagesOfPipMayBeNamedAsAWhole() throws IOException {
    Path toolkit = directory("opt/cuda/lib64");
    Path shared = directory("python/nvidia/cu13/lib");
    Path cudnn = directory("python/nvidia/cudnn/lib");
    Files.createFile(root.resolve("python/nvidia/__init__.py"));

    String named =
        root.resolve("opt/cuda") + File.pathSeparator + root.resolve("python").toString();
    assertThat(found(Map.of(CudaDirectories.VARIABLE, named)))
        .containsExactly(root.resolve("opt/cuda"), toolkit, root.resolve("python"), shared, cudnn);
  }

  @Test
  void armHasDirectoriesOfItsOwn() throws IOException {
    directory("usr/lib/x86_64-linux-gnu");
    Path arm = directory("usr/lib/aarch64-linux-gnu");
    Path target = directory("usr/local/cuda/targets/sbsa-linux/lib");

    assertThat(CudaDirectories.of(Map.of(), root, "aarch64")).containsExactly(target, arm);
  }

  @Test
  void aDirectoryThatTheUserNamesMustExist() {
    Path gone = root.resolve("gone");

    assertThatThrownBy(() -> found(Map.of(CudaDirectories.VARIABLE, gone.toString())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("KINDLING_CUDA_LIBRARIES names " + gone);
  }
}

package dev.kindling.model.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.kindling.model.backend.check.KernelRun;
import dev.kindling.model.backend.cuda.CudaGpus;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BackendsTest {
  @Test
  void autoIsTheFastestThatLoads() {
    String fastest = CudaGpus.refusal(Optional.empty()).isEmpty() ? "cuda" : "onednn";
    try (Backend backend = Backends.open("auto", 1)) {
      assertThat(backend.name()).isEqualTo(fastest);
    }
    assertThat(Backends.resolve("auto")).isEqualTo(fastest);
  }

  @Test
  void autoSaysWhyItComputesOnNoGpu() {
    assertThat(AutoBackend.withoutGpu("of a reason"))
        .isEqualTo(new AutoBackend("onednn", "of a reason"));
    assumeFalse(Files.exists(Path.of("/dev/nvidiactl")), "there is a driver");
    assertThat(AutoBackend.of(Optional.of("1")))
        .isEqualTo(new AutoBackend("onednn", "there is no NVIDIA driver on this machine"));
  }

  @Test
  void aNameThatIsResolvedStaysAsItIs() {
    assertThat(Backends.resolve("nd4j")).isEqualTo("nd4j");
    assertThat(Backends.resolve("onednn")).isEqualTo("onednn");
    assertThat(Backends.resolve("cuda")).isEqualTo("cuda");
  }

  @Test
  void unknownNamesAndMissingThreadsAreRefused() {
    assertThatThrownBy(() -> Backends.open("mkl", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("choose auto, cuda, onednn or nd4j");
    assertThatThrownBy(() -> Backends.resolve("mkl"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("choose auto, cuda, onednn or nd4j");
    assertThatThrownBy(() -> Backends.open("onednn", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("numThreads is 0");
  }

  /** OpenMP keeps its number of threads per thread, so the one that calls must not matter. */
  @Test
  void theCallingThreadAndOtherBackendsDoNotChangeTheBits() {
    try (Backend backend = Backends.open("onednn", 2);
        Backend other = Backends.open("onednn", 1)) {
      double[] expected = product(backend);
      assertThat(product(other)).hasSameSizeAs(expected);
      assertThat(product(backend)).isEqualTo(expected);
      assertThat(CompletableFuture.supplyAsync(() -> product(backend)).join()).isEqualTo(expected);
    }
  }

  private static double[] product(Backend backend) {
    try (KernelRun run = KernelRuns.of(backend.memory(), DType.F32)) {
      Tensor out = run.overwritten(61, 67);
      Matrix left = Matrix.of(run.input(61, 2003));
      Matrix right = Matrix.of(run.input(2003, 67));
      backend.matmul(left, right, null, Matrix.of(out), false);
      return out.toDoubles();
    }
  }

  /** As on a machine that there are no natives for; ND4J fails another way at every touch. */
  @Test
  void aBackendWithoutNativesForThisMachineDoesNotLoad() throws IOException {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.bytedeco.javacpp.platform=linux-none",
                "-cp",
                System.getProperty("java.class.path"),
                OpenTwice.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();

    try (BufferedReader output = other.inputReader()) {
      assertThat(output.lines())
          .contains("onednn first: it does not load")
          .contains("onednn again: it does not load")
          .contains("nd4j first: it does not load")
          .contains("nd4j again: it does not load")
          .contains("cuda first: it does not load")
          .contains("cuda again: it does not load");
    }
  }

  /** The process of its own that the test above starts. */
  static final class OpenTwice {
    private OpenTwice() {}

    public static void main(String[] arguments) {
      for (String name : List.of("onednn", "nd4j", "cuda")) {
        for (String time : List.of("first", "again")) {
          try (Backend backend = Backends.open(name, 1)) {
            System.out.println(name + " " + time + ": " + backend.name());
          } catch (IllegalStateException e) {
            boolean told = e.getMessage().contains("does not load on this machine");
            System.out.println(name + " " + time + ": " + (told ? "it does not load" : e));
          }
        }
      }
    }
  }
}

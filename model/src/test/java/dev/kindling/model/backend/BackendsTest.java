package dev.kindling.model.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BackendsTest {
  @Test
  void autoIsTheFastestThatLoads() {
    try (Backend backend = Backends.open("auto", 1)) {
      assertThat(backend.name()).isEqualTo("onednn");
    }
    assertThat(Backends.resolve("auto")).isEqualTo("onednn");
  }

  @Test
  void aNameThatIsResolvedStaysAsItIs() {
    assertThat(Backends.resolve("nd4j")).isEqualTo("nd4j");
    assertThat(Backends.resolve("onednn")).isEqualTo("onednn");
  }

  @Test
  void unknownNamesAndMissingThreadsAreRefused() {
    assertThatThrownBy(() -> Backends.open("mkl", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("choose auto, onednn or nd4j");
    assertThatThrownBy(() -> Backends.resolve("mkl"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("choose auto, onednn or nd4j");
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
    try (KernelRun run = new KernelRun(DType.F32)) {
      Tensor out = run.overwritten(61, 67);
      Matrix left = Matrix.of(run.input(61, 2003));
      Matrix right = Matrix.of(run.input(2003, 67));
      backend.matmul(left, right, null, Matrix.of(out), false);
      return out.toDoubles();
    }
  }
}

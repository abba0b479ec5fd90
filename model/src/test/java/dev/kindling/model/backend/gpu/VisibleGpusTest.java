package dev.kindling.model.backend.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class VisibleGpusTest {
  private static final List<NvidiaGpu> MACHINE = List.of(gpu(0), gpu(1), gpu(2), gpu(3));

  private static NvidiaGpu gpu(int index) {
    return new NvidiaGpu(
        index, "Tesla T4", "535.104.05", new ComputeCapability(7, 5), OptionalLong.of(15360));
  }

  @Test
  void withoutTheVariableAllAreSeenUnderTheirIndices() {
    VisibleGpus all = VisibleGpus.of(null);

    assertThat(all.among(MACHINE)).isEqualTo(MACHINE);
    assertThat(all.deviceOf("2", 4)).isEqualTo(2);
  }

  @Test
  void theVariableChoosesAndOrders() {
    VisibleGpus two = VisibleGpus.of("3, 1");

    assertThat(two.among(MACHINE)).containsExactly(gpu(1), gpu(3));
    assertThat(two.deviceOf("3", 2)).isZero();
    assertThat(two.deviceOf("1", 2)).isEqualTo(1);
  }

  @Test
  void theVariableMayHideAll() {
    assertThat(VisibleGpus.of("").among(MACHINE)).isEmpty();
    assertThat(VisibleGpus.of("-1").among(MACHINE)).isEmpty();
  }

  @Test
  void whereTheVariableHasNamesTheGpusAreNotKnown() {
    assertThat(VisibleGpus.of("GPU-5e5e5e5e").among(MACHINE)).isEqualTo(MACHINE);
  }

  @Test
  void aProcessThatSeesOneGpuTakesItWhateverItIsCalled() {
    assertThat(VisibleGpus.of("GPU-5e5e5e5e").deviceOf("6", 1)).isZero();
    assertThat(VisibleGpus.of(null).deviceOf("6", 1)).isZero();
  }

  @Test
  void aGpuThatTheProcessDoesNotSeeIsRefused() {
    assertThatThrownBy(() -> VisibleGpus.of("3,1").deviceOf("2", 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("GPU 2")
        .hasMessageContaining("CUDA_VISIBLE_DEVICES=3,1");
    assertThatThrownBy(() -> VisibleGpus.of(null).deviceOf("4", 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sees 4 GPUs");
  }
}

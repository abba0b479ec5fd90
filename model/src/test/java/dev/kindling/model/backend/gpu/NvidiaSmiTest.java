package dev.kindling.model.backend.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The texts have the form in which the tool prints. */
class NvidiaSmiTest {
  private static NvidiaGpu gpu(int index, String name, String driver, String capability) {
    return new NvidiaGpu(
        index, name, driver, ComputeCapability.parse(capability), OptionalLong.empty());
  }

  @Test
  void readsOneLineForEveryGpu() {
    List<NvidiaGpu> gpus =
        NvidiaSmi.parse(
            0,
            """
            0, NVIDIA A100-SXM4-40GB, 535.104.05, 8.0, 40960
            1, Tesla T4, 535.104.05, 7.5, 15360""");

    assertThat(gpus)
        .containsExactly(
            new NvidiaGpu(
                0,
                "NVIDIA A100-SXM4-40GB",
                "535.104.05",
                new ComputeCapability(8, 0),
                OptionalLong.of(40960)),
            new NvidiaGpu(
                1, "Tesla T4", "535.104.05", new ComputeCapability(7, 5), OptionalLong.of(15360)));
  }

  @Test
  void aGpuThatSharesTheMemoryOfTheMachineHasNoneOfItsOwn() {
    assertThat(NvidiaSmi.parse(0, "0, NVIDIA GB10, 580.95.05, 12.1, [N/A]"))
        .containsExactly(gpu(0, "NVIDIA GB10", "580.95.05", "12.1"));
  }

  @Test
  void aNameMayHaveACommaInIt() {
    assertThat(NvidiaSmi.parse(0, "3, Model X, 2nd, 550.54.15, 8.6, [N/A]"))
        .containsExactly(gpu(3, "Model X, 2nd", "550.54.15", "8.6"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "No devices were found",
        "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure"
            + " that the latest NVIDIA driver is installed and running.",
        "NVIDIA-SMI couldn't find libnvidia-ml.so library in your system."
      })
  void withoutDriverOrDeviceThereAreNone(String output) {
    assertThat(NvidiaSmi.parse(9, output)).isEmpty();
  }

  @Test
  void aDriverThatDoesNotKnowTheFieldIsToBeUpdated() {
    assertThatThrownBy(
            () -> NvidiaSmi.parse(2, "Field \"compute_cap\" is not a valid field to query."))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("compute_cap")
        .hasMessageContaining("update the driver");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0, Tesla T4, 535.104.05, 7.5",
        "0, Tesla T4, 535.104.05, seven, 15360",
        "GPU 0: Tesla T4 (UUID: GPU-5e5e)"
      })
  void anotherFormIsRefused(String output) {
    assertThatThrownBy(() -> NvidiaSmi.parse(0, output))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(output);
  }
}

package dev.kindling.model.backend.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.backend.gpu.ComputeCapability;
import dev.kindling.model.backend.gpu.NvidiaGpu;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Nd4jCudaSupportTest {
  private static NvidiaGpu gpu(int index, String name, String capability) {
    return new NvidiaGpu(
        index, name, "550.54.15", ComputeCapability.parse(capability), OptionalLong.of(81559));
  }

  @ParameterizedTest
  @CsvSource({
    "3.5, false", // Kepler K40, older than what was compiled
    "3.7, true", // Kepler K80, the oldest
    "5.0, true", // Maxwell
    "5.3, true", // runs the code for 5.2
    "7.0, true", // Volta
    "8.0, true", // Ampere A100
    "8.6, true", // Ampere RTX 30, the newest that was compiled for
    "8.9, true", // Ada runs the code for 8.6
    "9.0, false", // Hopper H100, H200
    "10.0, false", // Blackwell B200
    "12.0, false" // Blackwell RTX 50
  })
  void runsOnlyWhereMachineCodeWasCompiledFor(String capability, boolean served) {
    assertThat(Nd4jCudaSupport.serves(ComputeCapability.parse(capability))).isEqualTo(served);
  }

  @Test
  void gpusThatAreServedPass() {
    assertThatCode(
            () ->
                Nd4jCudaSupport.requireServed(List.of(gpu(0, "A100", "8.0"), gpu(1, "L4", "8.9"))))
        .doesNotThrowAnyException();
    assertThatCode(() -> Nd4jCudaSupport.requireServed(List.of())).doesNotThrowAnyException();
  }

  @Test
  void theOthersAreNamedWithWhatToDo() {
    assertThatThrownBy(
            () ->
                Nd4jCudaSupport.requireServed(
                    List.of(gpu(0, "A100", "8.0"), gpu(1, "NVIDIA H100", "9.0"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 (NVIDIA H100, 9.0)")
        .hasMessageContaining("CUDA_VISIBLE_DEVICES")
        .hasMessageContaining("BACKEND_PRIORITY_CPU=200");
  }
}

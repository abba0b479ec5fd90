package dev.kindling.model.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.backend.gpu.ComputeCapability;
import dev.kindling.model.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class KernelCompilerTest {
  private final KernelCompiler compiler =
      new KernelCompiler("13.0", List.of(75, 80, 86, 89, 90, 100, 120));

  @ParameterizedTest
  @CsvSource({
    "7.5, sm_75",
    "8.0, sm_80",
    "9.0, sm_90",
    "12.0, sm_120",
    "8.7, compute_86",
    "12.1, compute_120",
    "13.0, compute_120"
  })
  void aGpuThatTheCompilerDoesNotKnowGetsPtxOfTheNewestBeforeIt(
      String capability, String expected) {
    assertThat(compiler.architecture(ComputeCapability.parse(capability))).isEqualTo(expected);
  }

  @Test
  void aGpuThatIsOlderThanAllIsRefused() {
    assertThatThrownBy(() -> compiler.architecture(new ComputeCapability(7, 0)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("NVRTC 13.0")
        .hasMessageContaining("not for compute capability 7.0");
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "BF16"})
  void theMachinesCompilerMakesCodeThatItsDriverLoads(DType dtype) {
    EmulatedCuda.loadWithoutGpu();
    CudaDevice device = CudaDevice.of(0);
    device.makeCurrent();
    KernelCompiler machines = KernelCompiler.load();
    List<String> options = machines.options(dtype, machines.architecture(device.capability()));

    byte[] code = machines.compile(KernelSource.read("elementwise"), options);

    try (KernelModule module = new KernelModule(code, "elementwise")) {
      assertThat(module.function("add").name()).isEqualTo("add");
    }
  }

  @Test
  void whatItRefusesComesWithItsMessagesAndTheLine() {
    EmulatedCuda.loadWithoutGpu();
    KernelCompiler machines = KernelCompiler.load();
    KernelSource source =
        new KernelSource(
            "wrong",
            "#line 7 \"wrong.cu\"\nextern \"C\" __global__ void f() { int i = unknown_name; }\n");

    assertThatThrownBy(() -> machines.compile(source, machines.options(DType.F32, "sm_90")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("does not compile wrong.cu with --gpu-architecture=sm_90")
        .hasMessageContaining("unknown_name")
        .hasMessageMatching("(?s).*wrong\\.cu.?7.*");
  }

  @Test
  void theTypeOfActivationsIsAnOption() {
    assertThat(compiler.options(DType.BF16, "sm_90"))
        .containsExactly("--gpu-architecture=sm_90", "--std=c++17", "-DKINDLING_BF16=1");
    assertThat(compiler.options(DType.F32, "compute_120"))
        .containsExactly("--gpu-architecture=compute_120", "--std=c++17", "-DKINDLING_BF16=0");
  }
}

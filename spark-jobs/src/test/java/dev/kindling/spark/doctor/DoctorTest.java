package dev.kindling.spark.doctor;

import static dev.kindling.spark.cli.CommandLineRun.kindling;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.model.backend.gpu.ComputeCapability;
import dev.kindling.model.backend.gpu.NvidiaGpu;
import dev.kindling.model.backend.gpu.NvidiaSmi;
import dev.kindling.model.backend.nd4j.Nd4jRuntime;
import dev.kindling.spark.cli.CommandLineRun;
import dev.kindling.spark.parallel.KernelSettings;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class DoctorTest {
  @Test
  void tellsWhatIsThereAndThatTheKernelsComputeRight() {
    List<NvidiaGpu> gpus = NvidiaSmi.gpus();

    // A GPU of the machine is used by builds that bring ND4J's CUDA backend.
    String backend = gpus.isEmpty() ? "CpuBackend" : Nd4jRuntime.load().backend();

    CommandLineRun run = kindling("doctor", "--threads", 1);

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("java       17.")
        .contains("spark      3.5.9, Scala 2.12.18")
        .contains(gpus.isEmpty() ? "gpu        none" : "gpu        0: ")
        .contains(gpus.isEmpty() ? "cuda       not used" : "cuda       ")
        .containsPattern("onednn     oneDNN 3\\.\\d+\\.\\d+, machine code for \\w+, 1 thread")
        .contains("the self-test passed in F32 and BF16")
        .contains("nd4j       ND4J's " + backend + " on ")
        .contains("the self-test passed in F32 (");
    assertThat(gpus).allSatisfy(gpu -> assertThat(run.out()).contains(gpu.name()));
  }

  @Test
  void everyGpuIsSaidToBeServedOrNot() {
    assertThat(GpuFindings.words(gpu("9.0")))
        .isEqualTo(
            "1: NVIDIA X, 80.0 GiB, driver 580.65.06, compute capability 9.0 (the backend cuda"
                + " computes on it, ND4J cannot)");
    assertThat(GpuFindings.words(gpu("7.5")))
        .endsWith("7.5 (the backend cuda computes on it in f32, ND4J built with -Pnd4j-cuda does)");
    assertThat(GpuFindings.words(gpu("7.0")))
        .endsWith("7.0 (too old for the backend cuda, ND4J built with -Pnd4j-cuda does)");
  }

  private static NvidiaGpu gpu(String capability) {
    return new NvidiaGpu(
        1, "NVIDIA X", "580.65.06", ComputeCapability.parse(capability), OptionalLong.of(81_920));
  }

  @Test
  void aBackendThatCannotBeOpenedIsNotUsable() {
    Finding finding =
        new BackendCheck("mkl", new KernelSettings("mkl", 1, Optional.empty()), () -> "").run();

    assertThat(finding.usable()).isFalse();
    assertThat(finding.text()).contains("No backend is named mkl");
  }
}

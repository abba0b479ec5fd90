package dev.kindling.spark.doctor;

import static dev.kindling.spark.cli.CommandLineRun.kindling;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.model.backend.check.Difference;
import dev.kindling.model.backend.check.KernelReport;
import dev.kindling.model.backend.check.KernelResult;
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
        .containsPattern("\\d+ kernels agree with ND4J's in double \\(F32, BF16; largest error ")
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

  @Test
  void aBackendOfWhichAKernelIsWrongIsNotUsable() {
    Difference difference = new Difference(0, 3, 1.5, 1.25, 0.2, 2e-5);
    KernelResult wrong =
        new KernelResult(
            "add", "add (1237 elements)", "F32", Optional.of(difference), Optional.empty());
    KernelReport report = new KernelReport(42, List.of(wrong), 0.5);

    Finding finding =
        new BackendCheck("onednn", new KernelSettings("onednn", 1, Optional.empty()), () -> "")
            .of(report, "oneDNN");

    assertThat(finding.usable()).isFalse();
    assertThat(finding.text())
        .startsWith("oneDNN")
        .contains("1 of 1 kernels do not agree with ND4J's in double (seed 42):")
        .contains("add (1237 elements) in F32: element 3 of result 0 is 1.5")
        .contains("choose another backend for this machine, and report these lines");
  }
}

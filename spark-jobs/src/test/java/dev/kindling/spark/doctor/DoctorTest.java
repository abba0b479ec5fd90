package dev.kindling.spark.doctor;

import static dev.kindling.spark.cli.CommandLineRun.kindling;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.model.backend.gpu.NvidiaSmi;
import dev.kindling.spark.cli.CommandLineRun;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class DoctorTest {
  @Test
  void tellsWhatIsThereAndThatTheKernelsComputeRight() {
    Assumptions.assumeTrue(NvidiaSmi.gpus().isEmpty(), "what follows is of a machine without GPU");

    CommandLineRun run = kindling("doctor", "--threads", 1);

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("java       17.")
        .contains("spark      3.5.9, Scala 2.12.18")
        .contains("gpu        none")
        .containsPattern("onednn     oneDNN 3\\.\\d+\\.\\d+, machine code for \\w+, 1 thread")
        .contains("the self-test passed in F32 and BF16")
        .contains("nd4j       ND4J's CpuBackend on OPENBLAS, 1 thread")
        .contains("the self-test passed in F32 (");
  }

  @Test
  void aBackendThatCannotBeOpenedIsNotUsable() {
    Finding finding = new BackendCheck("mkl", 1, () -> "").run();

    assertThat(finding.usable()).isFalse();
    assertThat(finding.text()).contains("No backend is named mkl");
  }
}

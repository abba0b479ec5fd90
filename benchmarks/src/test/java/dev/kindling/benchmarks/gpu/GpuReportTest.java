package dev.kindling.benchmarks.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class GpuReportTest {
  private static final GpuTask TRAINING = GpuTask.named("gpt2-124m").withBatch(32);
  private static final GpuTask SCORING = GpuTask.named("gpt2-124m-scoring").withBatch(32);
  private static final long GIB = 1L << 30;

  private static GpuMeasurement measurement(GpuTask task, double seconds, long gibibytes) {
    return new GpuMeasurement(task.name(), 32, seconds, gibibytes * GIB, 5);
  }

  private final GpuReport report =
      new GpuReport(
          List.of(TRAINING, SCORING),
          new GpuResults(7e14, List.of(measurement(TRAINING, 0.1, 30)), List.of()),
          new GpuResults(
              8e14,
              List.of(measurement(TRAINING, 0.09, 40), measurement(SCORING, 0.03, 20)),
              List.of()));

  @Test
  void theRatioIsThatOfTheSpeeds() {
    GpuReport.Row row = report.rows().get(0);

    assertThat(row.kindlingTokensPerSecond()).isCloseTo(32 * 1024 / 0.1, within(1e-6));
    assertThat(row.ratio()).isCloseTo(0.9, within(1e-12));
    assertThat(row.kindlingDeviceBytes()).isEqualTo(30 * GIB);
  }

  @Test
  void bothEnginesAreHeldAgainstTheFasterProductOfMatrices() {
    GpuReport.Row row = report.rows().get(0);

    assertThat(report.matmulFlops()).isEqualTo(8e14);
    assertThat(row.kindlingMfu()).isCloseTo(TRAINING.flops() / 0.1 / 8e14, within(1e-12));
    assertThat(row.pytorchMfu()).isCloseTo(TRAINING.flops() / 0.09 / 8e14, within(1e-12));
  }

  @Test
  void whatWasNotMeasuredIsLeftOpen() {
    GpuReport.Row row = report.rows().get(1);

    assertThat(row.kindlingTokensPerSecond()).isNull();
    assertThat(row.ratio()).isNull();
    assertThat(row.pytorchTokensPerSecond()).isNotNull();
    assertThat(report.table().lines().toList().get(3))
        .startsWith("| gpt2-124m-scoring | 32 × 1024 | –")
        .contains("20.0");
  }

  @Test
  void withoutAGpuThereIsNoShareOfIt() {
    GpuReport none = new GpuReport(List.of(TRAINING), GpuResults.NONE, GpuResults.NONE);

    assertThat(none.rows().get(0).kindlingMfu()).isNull();
    assertThat(none.conditions()).isEqualTo("matmul limit: – TFLOP/s (Kindling's –, PyTorch's –)");
  }

  @Test
  void aFailureOfEitherLeavesItIncomplete() {
    GpuResults failed = new GpuResults(0, List.of(), List.of("gpt2-124m: out of memory"));

    assertThat(report.isComplete()).isTrue();
    assertThat(new GpuReport(List.of(TRAINING), failed, GpuResults.NONE).isComplete()).isFalse();
    assertThat(new GpuReport(List.of(TRAINING), GpuResults.NONE, failed).isComplete()).isFalse();
  }
}

package dev.kindling.benchmarks.gpu;

import dev.kindling.benchmarks.process.MeasurementFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Kindling and PyTorch on the same tasks, one after the other on the same GPU.
 *
 * @param run how
 * @param peer PyTorch; empty to measure Kindling alone
 * @param withKindling false to measure the peer alone
 * @param progress gets a line after each measurement
 */
public record GpuComparison(
    GpuRun run, Optional<PyTorchPeer> peer, boolean withKindling, Consumer<String> progress) {
  /** What is left to libraries, compiled kernels and what lies between allocations. */
  private static final double USABLE_MEMORY = 0.85;

  /**
   * Measures all tasks that a GPU's memory suffices for; the batches of the others are halved until
   * it does.
   */
  public GpuReport measure(List<GpuTask> tasks) {
    OptionalLong memory = GpuMemory.total();
    List<GpuTask> fitting = tasks.stream().map(task -> fit(task, memory)).toList();
    GpuResults kindling = withKindling ? kindling(fitting) : GpuResults.NONE;
    GpuResults pytorch = peer.map(python -> python.measure(run, fitting)).orElse(GpuResults.NONE);
    pytorch.failures().forEach(failure -> progress.accept("pytorch, " + failure));
    return new GpuReport(fitting, kindling, pytorch);
  }

  private GpuTask fit(GpuTask task, OptionalLong memory) {
    GpuTask fitting = task;
    while (memory.isPresent()
        && fitting.model().batch() > 1
        && GpuTraining.plannedBytes(fitting.model(), run.precision())
            > USABLE_MEMORY * memory.getAsLong()) {
      fitting = fitting.withBatch(fitting.model().batch() / 2);
    }
    return fitting;
  }

  private GpuResults kindling(List<GpuTask> tasks) {
    double matmulFlops = 0;
    List<GpuMeasurement> measurements = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    try {
      matmulFlops = GpuMatmulProcess.measure(run);
      progress.accept(String.format("kindling, matmul: %.1f TFLOP/s", matmulFlops / 1e12));
    } catch (MeasurementFailedException e) {
      failures.add("matmul: " + e.getMessage());
      progress.accept("kindling, matmul: " + e.getMessage());
    }
    for (GpuTask task : tasks) {
      try {
        GpuMeasurement measurement = GpuTaskProcess.measure(run, task);
        measurements.add(measurement);
        progress.accept(
            String.format(
                "kindling, %s: %.2f ms, %.0f tokens/s, loss %.3f",
                task.name(),
                measurement.seconds() * 1e3,
                measurement.tokensPerSecond(),
                measurement.loss()));
      } catch (MeasurementFailedException e) {
        failures.add(task.name() + ": " + e.getMessage());
        progress.accept("kindling, " + task.name() + ": " + e.getMessage());
      }
    }
    return new GpuResults(matmulFlops, measurements, failures);
  }
}

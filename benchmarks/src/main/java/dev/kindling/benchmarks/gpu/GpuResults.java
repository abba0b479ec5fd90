package dev.kindling.benchmarks.gpu;

import java.util.List;
import java.util.Optional;

/**
 * What one engine did on a GPU.
 *
 * @param matmulFlops of a large product of matrices, in a second; 0 if not measured
 * @param measurements one of each task that came to its end
 * @param failures why the other tasks did not, a line each
 */
public record GpuResults(
    double matmulFlops, List<GpuMeasurement> measurements, List<String> failures) {
  /** Of an engine that was not asked. */
  public static final GpuResults NONE = new GpuResults(0, List.of(), List.of());

  Optional<GpuMeasurement> of(GpuTask task) {
    return measurements.stream().filter(one -> one.task().equals(task.name())).findFirst();
  }
}

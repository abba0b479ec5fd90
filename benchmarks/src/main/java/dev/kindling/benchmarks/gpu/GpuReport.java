package dev.kindling.benchmarks.gpu;

import dev.kindling.benchmarks.report.TextTable;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * What a comparison came to, as a table and as rows.
 *
 * @param tasks in the order of the table
 * @param kindling one engine
 * @param pytorch the other
 */
public record GpuReport(List<GpuTask> tasks, GpuResults kindling, GpuResults pytorch) {
  private static final double TERA = 1e12;
  private static final double BYTES_PER_GIB = 1L << 30;
  private static final String NOTHING = "–";

  /**
   * A row of the JSON file; what was not measured is null.
   *
   * @param task {@link GpuTask#name()}
   * @param batch the sequences of the batch, of both engines
   * @param length the tokens of a sequence
   * @param kindlingTokensPerSecond from the median repetition
   * @param pytorchTokensPerSecond likewise
   * @param ratio the first over the second
   * @param kindlingMfu the model's floating-point operations over those of the limit
   * @param pytorchMfu likewise
   * @param kindlingDeviceBytes the GPU's memory in use at the end
   * @param pytorchDeviceBytes likewise
   * @param kindlingLoss of the last repetition, nats per token
   * @param pytorchLoss likewise, of other parameters
   * @param matmulFlops the limit, per second
   */
  public record Row(
      String task,
      int batch,
      int length,
      Double kindlingTokensPerSecond,
      Double pytorchTokensPerSecond,
      Double ratio,
      Double kindlingMfu,
      Double pytorchMfu,
      Long kindlingDeviceBytes,
      Long pytorchDeviceBytes,
      Double kindlingLoss,
      Double pytorchLoss,
      double matmulFlops) {}

  /** The faster of both engines' products of matrices, which is what the GPU can do. */
  public double matmulFlops() {
    return Math.max(kindling.matmulFlops(), pytorch.matmulFlops());
  }

  /** Whether everything that was asked for was measured. */
  public boolean isComplete() {
    return kindling.failures().isEmpty() && pytorch.failures().isEmpty();
  }

  /** One row for each task. */
  public List<Row> rows() {
    return tasks.stream().map(this::row).toList();
  }

  private Row row(GpuTask task) {
    Optional<GpuMeasurement> own = kindling.of(task);
    Optional<GpuMeasurement> other = pytorch.of(task);
    return new Row(
        task.name(),
        task.model().batch(),
        task.model().length(),
        value(own, GpuMeasurement::tokensPerSecond),
        value(other, GpuMeasurement::tokensPerSecond),
        own.isPresent() && other.isPresent() ? other.get().seconds() / own.get().seconds() : null,
        mfu(own),
        mfu(other),
        own.map(GpuMeasurement::deviceBytes).orElse(null),
        other.map(GpuMeasurement::deviceBytes).orElse(null),
        value(own, GpuMeasurement::loss),
        value(other, GpuMeasurement::loss),
        matmulFlops());
  }

  private Double mfu(Optional<GpuMeasurement> measurement) {
    return matmulFlops() == 0
        ? null
        : value(measurement, one -> one.flopsPerSecond() / matmulFlops());
  }

  private static Double value(
      Optional<GpuMeasurement> measurement, ToDoubleFunction<GpuMeasurement> figure) {
    return measurement.isEmpty() ? null : Double.valueOf(figure.applyAsDouble(measurement.get()));
  }

  /** One line: what the shares in the table are shares of. */
  public String conditions() {
    return String.format(
        Locale.ROOT,
        "matmul limit: %s TFLOP/s (Kindling's %s, PyTorch's %s)",
        number("%.1f", matmulFlops() / TERA),
        number("%.1f", kindling.matmulFlops() / TERA),
        number("%.1f", pytorch.matmulFlops() / TERA));
  }

  /** The table, in Markdown. */
  public String table() {
    TextTable table =
        new TextTable(
            "task",
            "batch",
            "Kindling tokens/s",
            "PyTorch tokens/s",
            "ratio",
            "Kindling MFU",
            "PyTorch MFU",
            "Kindling GiB",
            "PyTorch GiB");
    for (Row row : rows()) {
      table.row(
          row.task(),
          row.batch() + " × " + row.length(),
          number("%.0f", row.kindlingTokensPerSecond()),
          number("%.0f", row.pytorchTokensPerSecond()),
          number("%.3f", row.ratio()),
          number("%.3f", row.kindlingMfu()),
          number("%.3f", row.pytorchMfu()),
          gibibytes(row.kindlingDeviceBytes()),
          gibibytes(row.pytorchDeviceBytes()));
    }
    return table.toString();
  }

  private static String gibibytes(Long bytes) {
    return bytes == null ? NOTHING : number("%.1f", bytes / BYTES_PER_GIB);
  }

  private static String number(String format, Double value) {
    return value == null || value == 0 ? NOTHING : String.format(Locale.ROOT, format, value);
  }
}

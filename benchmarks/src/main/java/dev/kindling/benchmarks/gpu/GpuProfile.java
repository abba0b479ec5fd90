package dev.kindling.benchmarks.gpu;

import dev.kindling.benchmarks.report.TextTable;
import dev.kindling.benchmarks.trainstep.KernelTimes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where the time of some tasks goes.
 *
 * @param rows of each task, the slowest kernel first
 */
public record GpuProfile(List<KernelTimes.Row> rows) {
  /** Measures the tasks one after the other. */
  public static GpuProfile measure(GpuRun run, List<GpuTask> tasks) {
    List<KernelTimes.Row> rows = new ArrayList<>();
    tasks.forEach(task -> rows.addAll(GpuProfileProcess.measure(run, task)));
    return new GpuProfile(rows);
  }

  /** The table, in Markdown. */
  public String table() {
    TextTable table = new TextTable("task", "kernel", "ms", "calls");
    for (KernelTimes.Row row : rows) {
      table.row(
          row.configuration(),
          row.kernel(),
          String.format(Locale.ROOT, "%.3f", row.milliseconds()),
          String.format(Locale.ROOT, "%.0f", row.calls()));
    }
    return table.toString();
  }
}

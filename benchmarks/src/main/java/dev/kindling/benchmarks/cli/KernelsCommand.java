package dev.kindling.benchmarks.cli;

import dev.kindling.benchmarks.report.Machine;
import dev.kindling.benchmarks.report.TextTable;
import dev.kindling.benchmarks.trainstep.Engine;
import dev.kindling.benchmarks.trainstep.KernelProfile;
import dev.kindling.benchmarks.trainstep.KernelTimes;
import dev.kindling.benchmarks.trainstep.StepConfiguration;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where a step's time goes. */
@Command(
    name = "kernels",
    description = {
      "Where the time of one optimiser step goes: milliseconds and calls of every kernel, the"
          + " slowest first."
    },
    footer = {
      "Examples:",
      "  benchmark kernels --configurations medium",
      "  benchmark kernels --configurations nano --engines kindling-bf16 --json kernels.json"
    })
final class KernelsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--configurations",
      paramLabel = "NAME",
      split = ",",
      description = "Which models: ${COMPLETION-CANDIDATES} (default: medium).",
      completionCandidates = StepConfiguration.Names.class)
  private List<String> configurations = List.of("medium");

  @Option(
      names = "--engines",
      paramLabel = "NAME",
      split = ",",
      description = "kindling-fp32, kindling-bf16 or both (default: both).")
  private List<String> engines = List.of("kindling-fp32", "kindling-bf16");

  @Override
  public Integer call() throws IOException {
    Machine.busy().ifPresent(spec.commandLine().getErr()::println);
    List<KernelTimes.Row> rows = new ArrayList<>();
    for (String configuration : configurations) {
      for (String engine : engines) {
        rows.addAll(
            KernelProfile.measure(
                StepConfiguration.named(configuration), Engine.named(engine), common.numThreads()));
      }
    }
    TextTable table = new TextTable("configuration", "engine", "kernel", "ms a step", "calls");
    for (KernelTimes.Row row : rows) {
      table.row(
          row.configuration(),
          row.engine(),
          row.kernel(),
          String.format(Locale.ROOT, "%.2f", row.milliseconds()),
          String.format(Locale.ROOT, "%.0f", row.calls()));
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(Machine.describe(common.numThreads()));
    out.println();
    out.print(table);
    out.flush();
    common.writeJson(rows);
    return Benchmark.OK;
  }
}

package dev.kindling.benchmarks.cli;

import dev.kindling.benchmarks.limit.MatmulLimit;
import dev.kindling.benchmarks.limit.Precision;
import dev.kindling.benchmarks.report.Machine;
import dev.kindling.benchmarks.report.TextTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The machine's matmul limit. */
@Command(
    name = "limit",
    description = {
      "The fastest matmul of this machine: oneDNN, 2048 x 2048 x 2048, in each precision, the best"
          + " of many repetitions."
    },
    footer = {"Example:", "  benchmark limit --json limit.json"})
final class LimitCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  /**
   * A row of the JSON file.
   *
   * @param precision {@code fp32} or {@code bf16}
   * @param gflops billions of floating-point operations per second
   */
  record Row(String precision, double gflops) {}

  @Override
  public Integer call() throws IOException {
    int numThreads = common.numThreads();
    int numRounds = common.numRounds();
    Machine.busy().ifPresent(spec.commandLine().getErr()::println);
    MatmulLimit limit = MatmulLimit.NONE;
    for (int round = 0; round < numRounds; round++) {
      limit = limit.best(MatmulLimit.measure(numThreads));
    }
    List<Row> rows = new ArrayList<>();
    TextTable table = new TextTable("precision", "GFLOP/s");
    for (Precision precision : Precision.values()) {
      double gflops = limit.gflops(precision);
      rows.add(new Row(precision.id(), gflops));
      table.row(precision.id(), String.format(Locale.ROOT, "%.0f", gflops));
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(Machine.describe(numThreads));
    out.println();
    out.print(table);
    out.flush();
    common.writeJson(rows);
    return Benchmark.OK;
  }
}

package dev.kindling.benchmarks.cli;

import dev.kindling.benchmarks.communicate.AllReduceTimes;
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
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What ranks add to the bytes that they move. */
@Command(
    name = "communicator",
    description = {
      "An all-reduce of two processes over loopback, beside a plain blocking copy of as many bytes,"
          + " each way at once, in turn. The ratio is the copy's time by the all-reduce's."
    },
    footer = {
      "Examples:",
      "  benchmark communicator",
      "  benchmark communicator --megabytes 16 --rounds 1 --json communicator.json"
    })
final class CommunicatorCommand implements Callable<Integer> {
  private static final int NUM_RUNS = 40;

  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--megabytes",
      paramLabel = "N",
      description = "Of the FP32 vector (default: ${DEFAULT-VALUE}).")
  private int numMegabytes = 92;

  /**
   * A row of the JSON file.
   *
   * @param round counted from 1
   * @param megabytes of the vector
   * @param allReduceSeconds the median of the round
   * @param copySeconds the median of the round
   * @param ratio of the copy's time to the all-reduce's
   */
  record Row(int round, int megabytes, double allReduceSeconds, double copySeconds, double ratio) {}

  @Override
  public Integer call() throws IOException {
    int numRounds = common.numRounds();
    if (numMegabytes < 1 || numMegabytes > 1000) {
      throw new IllegalArgumentException(
          "--megabytes is " + numMegabytes + ": it must be between 1 and 1000");
    }
    Machine.busy().ifPresent(spec.commandLine().getErr()::println);
    List<Row> rows = new ArrayList<>();
    TextTable table = new TextTable("round", "all-reduce, ms", "plain copy, ms", "ratio");
    for (int round = 1; round <= numRounds; round++) {
      AllReduceTimes times = AllReduceTimes.measure(numMegabytes * 250_000L, NUM_RUNS);
      double ratio = times.copySeconds() / times.allReduceSeconds();
      rows.add(new Row(round, numMegabytes, times.allReduceSeconds(), times.copySeconds(), ratio));
      table.row(
          Integer.toString(round),
          String.format(Locale.ROOT, "%.1f", 1000 * times.allReduceSeconds()),
          String.format(Locale.ROOT, "%.1f", 1000 * times.copySeconds()),
          String.format(Locale.ROOT, "%.2f", ratio));
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(Machine.describe(1));
    out.println();
    out.print(table);
    out.flush();
    common.writeJson(rows);
    return Benchmark.OK;
  }
}

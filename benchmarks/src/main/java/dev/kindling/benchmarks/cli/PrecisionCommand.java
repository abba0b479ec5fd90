package dev.kindling.benchmarks.cli;

import dev.kindling.benchmarks.report.Machine;
import dev.kindling.benchmarks.report.TextTable;
import dev.kindling.benchmarks.trainstep.PrecisionComparison;
import dev.kindling.benchmarks.trainstep.StepConfiguration;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What BF16 costs in loss. */
@Command(
    name = "precision",
    description = {
      "Trains the same model on the same text in FP32 and in BF16, step by step, and compares the"
          + " losses. A byte of the text is a token."
    },
    footer = {"Example:", "  benchmark precision --input tinyshakespeare.txt --steps 300"})
final class PrecisionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--input",
      paramLabel = "FILE",
      required = true,
      description = "A text of some hundred kilobytes or more.")
  private Path input;

  @Option(
      names = "--configuration",
      paramLabel = "NAME",
      description = "Which GPT (default: ${DEFAULT-VALUE}).")
  private String configuration = "medium";

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Optimiser steps (default: ${DEFAULT-VALUE}).")
  private int numSteps = 300;

  @Override
  public Integer call() throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    List<PrecisionComparison.Row> rows =
        new PrecisionComparison(StepConfiguration.named(configuration), common.numThreads())
            .run(Files.readAllBytes(input), numSteps, err::println);
    TextTable table = new TextTable("steps", "fp32 loss", "bf16 loss", "bf16 / fp32 - 1");
    for (PrecisionComparison.Row row : rows) {
      table.row(
          row.firstStep() + " to " + row.lastStep(),
          String.format(Locale.ROOT, "%.4f", row.fp32Loss()),
          String.format(Locale.ROOT, "%.4f", row.bf16Loss()),
          String.format(Locale.ROOT, "%+.3f %%", 100 * row.difference()));
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

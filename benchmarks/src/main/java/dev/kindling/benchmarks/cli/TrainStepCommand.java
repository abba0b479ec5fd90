package dev.kindling.benchmarks.cli;

import dev.kindling.benchmarks.report.Machine;
import dev.kindling.benchmarks.trainstep.Comparison;
import dev.kindling.benchmarks.trainstep.Engine;
import dev.kindling.benchmarks.trainstep.StepConfiguration;
import dev.kindling.benchmarks.trainstep.StepReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One optimiser step of every engine. */
@Command(
    name = "train-step",
    description = {
      "One optimiser step (forward, backward, clipping, AdamW) of every engine on the same shape of"
          + " model. Each measurement is a process of its own, and the engines take turns. The"
          + " matmul limit of the machine is measured in every round."
    },
    footer = {
      "Examples:",
      "  benchmark train-step",
      "  benchmark train-step --configurations small,medium --json steps.json",
      "  benchmark train-step --configurations nano --engines kindling-fp32 --rounds 1"
    })
final class TrainStepCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--configurations",
      paramLabel = "NAME",
      split = ",",
      description = "Which models: ${COMPLETION-CANDIDATES} (default: all).",
      completionCandidates = StepConfiguration.Names.class)
  private List<String> configurations = StepConfiguration.names();

  @Option(
      names = "--engines",
      paramLabel = "NAME",
      split = ",",
      description = "Which engines: ${COMPLETION-CANDIDATES} (default: all).",
      completionCandidates = Engine.Ids.class)
  private List<String> engines = Engine.ids();

  @Override
  public Integer call() throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    Comparison comparison =
        new Comparison(
            configurations.stream().map(StepConfiguration::named).distinct().toList(),
            engines.stream().map(Engine::named).distinct().toList(),
            common.numThreads(),
            common.numRounds(),
            err::println);
    Machine.busy().ifPresent(err::println);
    StepReport report = comparison.run();
    PrintWriter out = spec.commandLine().getOut();
    out.println(Machine.describe(common.numThreads()));
    out.println(report.conditions());
    out.println();
    out.print(report.table());
    out.flush();
    common.writeJson(report.rows());
    return Benchmark.OK;
  }
}

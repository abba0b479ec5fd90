package dev.kindling.benchmarks.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.benchmarks.generate.GenerationMeasurement;
import dev.kindling.benchmarks.process.ChildJvm;
import dev.kindling.benchmarks.report.Machine;
import dev.kindling.benchmarks.report.TextTable;
import dev.kindling.benchmarks.trainstep.StepConfiguration;
import dev.kindling.model.backend.NativeThreads;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Text, token by token. */
@Command(
    name = "generate",
    description = {
      "Tokens per second with the cache of keys and values, for 1 and 16 sequences. The limit is the"
          + " time to read the weights once per step, at the speed of a large copy in memory."
    },
    footer = {
      "Examples:",
      "  benchmark generate",
      "  benchmark generate --configurations medium --rounds 1 --json generate.json"
    })
final class GenerateCommand implements Callable<Integer> {
  private static final String PROCESS = "dev.kindling.benchmarks.generate.GenerationProcess";
  private static final List<Integer> BATCHES = List.of(1, 16);
  private static final List<String> PRECISIONS = List.of("F32", "BF16");

  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--configurations",
      paramLabel = "NAME",
      split = ",",
      description = "Which GPTs (default: medium,gpt2).")
  private List<String> configurations = List.of("medium", "gpt2");

  @Override
  public Integer call() throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    Machine.busy().ifPresent(err::println);
    List<StepConfiguration> models =
        configurations.stream().map(StepConfiguration::named).distinct().toList();
    for (StepConfiguration model : models) {
      if (model.architecture() != StepConfiguration.Architecture.GPT) {
        throw new IllegalArgumentException(
            model.name() + " is no GPT: choose from nano, small, medium, gpt2");
      }
    }
    List<List<GenerationMeasurement>> rounds = new ArrayList<>();
    for (int round = 1; round <= common.numRounds(); round++) {
      List<GenerationMeasurement> measured = new ArrayList<>();
      for (StepConfiguration model : models) {
        for (int batch : BATCHES) {
          for (String precision : PRECISIONS) {
            GenerationMeasurement one = measure(model, precision, batch);
            measured.add(one);
            err.printf(
                Locale.ROOT,
                "round %d of %d: %s %s, %d sequences: %.1f tokens/s%n",
                round,
                common.numRounds(),
                one.configuration(),
                one.engine(),
                batch,
                one.tokensPerSecond());
          }
        }
      }
      rounds.add(measured);
    }
    print(medians(rounds));
    return Benchmark.OK;
  }

  private GenerationMeasurement measure(StepConfiguration model, String precision, int batch)
      throws IOException {
    int numThreads = common.numThreads();
    String line =
        new ChildJvm(PROCESS, ChildJvm.ownClasspath(), numThreads, NativeThreads.ENVIRONMENT)
            .lastLine(
                List.of(
                    model.name(),
                    precision,
                    Integer.toString(batch),
                    Integer.toString(numThreads)));
    return new ObjectMapper().readValue(line, GenerationMeasurement.class);
  }

  /** Of every measurement, the round in the middle. */
  private static List<GenerationMeasurement> medians(List<List<GenerationMeasurement>> rounds) {
    List<GenerationMeasurement> medians = new ArrayList<>();
    for (int i = 0; i < rounds.get(0).size(); i++) {
      int index = i;
      List<GenerationMeasurement> sorted =
          rounds.stream()
              .map(round -> round.get(index))
              .sorted(Comparator.comparingDouble(GenerationMeasurement::tokensPerSecond))
              .toList();
      medians.add(sorted.get(sorted.size() / 2));
    }
    return medians;
  }

  private void print(List<GenerationMeasurement> rows) throws IOException {
    TextTable table =
        new TextTable(
            "configuration", "engine", "sequences", "tokens/s", "of the limit", "peak MiB");
    for (GenerationMeasurement row : rows) {
      table.row(
          row.configuration(),
          row.engine(),
          Integer.toString(row.batch()),
          String.format(Locale.ROOT, "%.1f", row.tokensPerSecond()),
          String.format(Locale.ROOT, "%.2f", row.fractionOfLimit()),
          Long.toString(row.peakMemoryBytes() >> 20));
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(Machine.describe(common.numThreads()));
    out.println();
    out.print(table);
    out.flush();
    common.writeJson(rows);
  }
}
